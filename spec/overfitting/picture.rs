//! The losses and the curves as an SVG.

use crate::data::{NOISE, Samples, grid, truth};
use crate::training::{Course, Losses, STEPS};
use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::error::Error;
use std::ops::Range;

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Chart<'a> = ChartContext<'a, SVGBackend<'a>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// Coordinates are whole numbers: at twice the size in which it is shown, the picture is smooth.
const SIZE: (u32, u32) = (1920, 800);
const LEGEND_HEIGHT: u32 = 90;

/// For each way a colour that people with any sort of colour vision can tell from the others
/// (Okabe and Ito, 2008).
const COLOURS: [RGBColor; 4] =
    [RGBColor(213, 94, 0), RGBColor(0, 114, 178), RGBColor(0, 158, 115), RGBColor(204, 121, 167)];
const BACKGROUND: RGBColor = RGBColor(252, 252, 250);
const INK: RGBColor = RGBColor(60, 60, 60);
const GRID: RGBColor = RGBColor(228, 228, 224);

const DESCRIPTION: &str = "Train loss, test loss and the curves that the trained networks draw, \
    for a plain network, with dropout, with weight decay and with both. The plain network has the \
    lowest train loss and the highest test loss.";

/// Draws the courses, which are in the order of the ways, and the samples that they learned from.
pub(crate) fn draw(courses: &[Course], samples: &Samples) -> Result<String, Box<dyn Error>> {
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        root.fill(&BACKGROUND)?;
        let (legend, panels) = root.split_vertically(LEGEND_HEIGHT);
        draw_legend(&legend, courses)?;
        let panels = panels.split_evenly((1, 3));
        draw_losses(&panels[0], "Train loss", courses, |losses| losses.train)?;
        draw_losses(&panels[1], "Test loss", courses, |losses| losses.test)?;
        draw_curves(&panels[2], courses, samples)?;
        root.present()?;
    }
    Ok(shown_at_half_size(&svg))
}

/// Makes the picture as wide as the page allows, and says what it shows to who cannot see it.
fn shown_at_half_size(svg: &str) -> String {
    let (width, height) = SIZE;
    let (_, body) = svg.split_once('\n').expect("the tag of the root has a line of its own");
    format!(
        "<svg role=\"img\" aria-label=\"{DESCRIPTION}\" viewBox=\"0 0 {width} {height}\" \
         width=\"{}\" style=\"max-width:100%;height:auto\" xmlns=\"http://www.w3.org/2000/svg\">\n\
         {body}",
        width / 2
    )
}

fn text(size: u32) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&INK)
}

fn draw_legend(area: &Area, courses: &[Course]) -> Result<(), Box<dyn Error>> {
    let style = text(36).pos(Pos::new(HPos::Left, VPos::Center));
    let middle = LEGEND_HEIGHT as i32 / 2 + 8;
    let mut left = 130;
    let names = courses.iter().map(|course| course.name).zip(COLOURS);
    for (name, colour) in names.chain([("the truth", INK)]) {
        let line = vec![(left, middle), (left + 70, middle)];
        area.draw(&PathElement::new(line, colour.stroke_width(8)))?;
        area.draw(&Text::new(name, (left + 86, middle), style.clone()))?;
        left += 180 + 18 * name.len() as i32;
    }
    Ok(())
}

/// A chart with its axes.
struct Panel {
    title: &'static str,
    x: (&'static str, Range<f64>),
    y: (&'static str, Range<f64>),
}

impl Panel {
    fn draw<'a>(&self, area: &Area<'a>) -> Result<Chart<'a>, Box<dyn Error>> {
        let mut chart = ChartBuilder::on(area)
            .caption(self.title, text(44))
            .margin(20)
            .x_label_area_size(90)
            .y_label_area_size(110)
            .build_cartesian_2d(self.x.1.clone(), self.y.1.clone())?;
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(GRID.stroke_width(2))
            .axis_style(INK.stroke_width(2))
            .label_style(text(32))
            .axis_desc_style(text(34))
            .x_desc(self.x.0)
            .x_labels(5)
            .x_label_formatter(&|x| x.to_string())
            .y_desc(self.y.0)
            .y_labels(7)
            .y_label_formatter(&|y| format!("{y:.1}"))
            .draw()?;
        Ok(chart)
    }
}

fn draw_losses(
    area: &Area,
    title: &'static str,
    courses: &[Course],
    loss: impl Fn(&Losses) -> f64,
) -> Result<(), Box<dyn Error>> {
    let (end, top, noise) = (STEPS as f64, 0.6, NOISE * NOISE);
    let panel = Panel { title, x: ("steps", 0.0..end), y: ("mean squared error", 0.0..top) };
    let mut chart = panel.draw(area)?;
    chart.draw_series(LineSeries::new([(0.0, noise), (end, noise)], INK.stroke_width(3)))?;
    for (course, colour) in courses.iter().zip(COLOURS) {
        // The loss of the first steps is far above the top, and nothing would cut it off there.
        let points = course.losses.iter().map(|losses| (losses.step as f64, loss(losses)));
        let points = points.skip_while(|&(_, loss)| loss > top);
        chart.draw_series(LineSeries::new(points, colour.stroke_width(4)))?;
    }
    Ok(())
}

fn draw_curves(area: &Area, courses: &[Course], samples: &Samples) -> Result<(), Box<dyn Error>> {
    let panel = Panel { title: "What was learned", x: ("x", -1.05..1.05), y: ("y", -2.2..2.2) };
    let mut chart = panel.draw(area)?;
    let truth = grid(201).map(|x| (x, truth(x)));
    chart.draw_series(LineSeries::new(truth, INK.stroke_width(3)))?;
    for (course, colour) in courses.iter().zip(COLOURS) {
        chart.draw_series(LineSeries::new(course.curve.clone(), colour.stroke_width(4)))?;
    }
    let points = samples.inputs.iter().copied().zip(samples.targets.iter().copied());
    chart.draw_series(points.map(|point| Circle::new(point, 8, INK.filled())))?;
    Ok(())
}
