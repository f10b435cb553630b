use super::contexts::{BY_GRADIENT, CONTEXTS, CallContext, FRESH, HALVES, RATIO};
use crate::bet::gamblers::equivalent;
use crate::bet::{Cell, CellName, DrawnMasks, Outcomes, Power, RICH, Stakes, information, power};
use crate::oracle::Exactness::Must;
use crate::session::{
    Class, Effort, SMALL, Session, Setback, Setting, round_ratio, unless_refused,
};
use crate::wire::steps::*;
use crate::wire::{Answer, Dtype, Mode, Program, Seeding, Step};

/// The ratios whose rates are judged; a random one is added. 0.5 and 0.25 show no threshold of eight
/// bits.
const RATIOS: [f64; 5] = [0.1, 0.3, 0.5, 0.9, 0.99];

/// The part of the money of the programs that are drawn: rows of the space of programs, and random ones.
pub(super) const IN_PROGRAMS: f64 = 0.15;

/// The part of the money that is in the cells in which rates are judged, the others' part, and how
/// many of those there are usually at most.
const IN_RATES: f64 = 0.65;
const IN_OTHERS: f64 = 0.20;
const USUAL_OTHERS: usize = 96;

/// The shapes of calls that are drawn for dependence alone, and how many calls. The last two are a
/// batch of images, and one array that no kernel takes in one piece.
const SHAPES: [(&[usize], usize); 4] =
    [(&[1021], 96), (&[32, 33], 96), (&[2, 3, 16, 16], 24), (&[70_001], 2)];

/// The ratios at which single numbers and small arrays are dropped.
const SMALL_RATIOS: [f64; 2] = [0.25, 0.8];

/// The part of the money that is in each cell in which no rate is judged: those of all dtypes, one of
/// many short calls, one for each device but the first, those of the surroundings and of first masks in
/// two dtypes.
pub(super) fn others_share(session: &Session) -> f64 {
    let dtypes = session.start().dtypes.iter().filter(|dtype| dtype.is_float()).count();
    let plain = dtypes * (SHAPES.len() + 2 * SMALL_RATIOS.len()) + 1;
    let devices = session.start().devices.len().saturating_sub(1);
    let cells = plain + devices + 2 * (CONTEXTS.len() + 1) + 1;
    IN_OTHERS / cells.max(USUAL_OTHERS) as f64
}

/// How many elements the calls have that show a rate.
const RATED: usize = 4099;

/// How many elements, and how often so many calls, show that few masks come again.
const OFTEN: (usize, usize) = (257, 300);

/// By how much the bits for a rate are exceeded before it is left open. One that is right is open after
/// them once in some twenty thousand cells, and after half as many again in four million: a walk that
/// should have come 41 units far, give or take 9, has not come 4.6; then 62, give or take 11. Gamblers
/// may bet at any length, and the test that shows a rate to be right may go on at any length.
const PATIENCE: f64 = 1.5;

/// Of the Wald bound, what a right rate takes to be shown right, on average (measured).
const TO_PASS: f64 = 0.35;

/// A call of dropout, as a step.
type WriteCall = fn(&str, &str, f64) -> Step;

/// Cells of calls in plain surroundings. What is undecided about the rates, if anything is.
pub(super) fn play_plain(session: &mut Session) -> Result<Option<String>, Setback> {
    if let Err(undecided) = session.begin_wager("mask.plain") {
        return Ok(undecided);
    }
    let mut undecided = None;
    let floats = session.float_dtypes();
    let shape = rated_shape(session)?;
    let any = 0.02 + 0.96 * f64::from(session.fraction());
    for &dtype in &floats {
        for ratio in RATIOS.into_iter().chain([any]) {
            let ratio = round_ratio(session.start(), dtype, ratio);
            let left = rate(session, dtype, &shape, ratio, false)?;
            undecided = undecided.or(left);
        }
        if session.start().claims("direct") {
            let ratio = round_ratio(session.start(), dtype, 0.75);
            let left = rate(session, dtype, &shape, ratio, true)?;
            undecided = undecided.or(left);
        }
    }
    for (index, &dtype) in floats.iter().enumerate() {
        let ratio = round_ratio(session.start(), dtype, [0.5, 0.25][index % 2]);
        for (shape, calls) in SHAPES {
            let calls = calls * session.effort().patience();
            shaped(session, dtype, &session.fitting(shape), ratio, calls, None)?;
        }
        for ratio in SMALL_RATIOS {
            let ratio = round_ratio(session.start(), dtype, ratio);
            shaped(session, dtype, &[], ratio, 512, None)?;
            shaped(session, dtype, SMALL, ratio, 128, None)?;
        }
    }
    if let Some(&dtype) = floats.first() {
        let n = session.at_most(OFTEN.0);
        shaped(session, dtype, &[n], 0.5, OFTEN.1 * session.effort().patience(), None)?;
        // Another device has another generator.
        for device in session.start().devices.clone().iter().skip(1) {
            if session.start().claims("device") {
                let n = session.at_most(1021);
                shaped(session, dtype, &[n], 0.5, 96 * session.effort().patience(), Some(device))?;
            }
        }
    }
    session.end_wager(undecided.clone());
    Ok(undecided)
}

/// The shape of the arrays that show rates: one axis, or two where arrays of one axis are refused.
fn rated_shape(session: &mut Session) -> Result<Vec<usize>, Setback> {
    let n = session.at_most(RATED);
    let Some(&dtype) = session.float_dtypes().first() else { return Ok(vec![n]) };
    let written = program(session, dtype, &[n], 0.5, 1, train, None);
    let side = n.isqrt();
    Ok(match session.run(&written) {
        Err(Setback::Refused(_)) if side > 1 => vec![side, side],
        // What else comes in the way is told where the rates are asked.
        _ => vec![n],
    })
}

/// Plays until the rate is shown to be right, or a gambler is rich, or the budget is spent; says so
/// in the last case.
fn rate(
    session: &mut Session,
    dtype: Dtype,
    shape: &[usize],
    ratio: f64,
    direct_form: bool,
) -> Result<Option<String>, Setback> {
    let keep = 1.0 - ratio;
    let closely = dtype == precise(session, &[]) && !direct_form;
    let deviation = session.effort().deviation(closely, keep);
    let budget = 2.0 * wald(keep, deviation);
    let n = shape.iter().product::<usize>();
    let share = rated_share(session.float_dtypes().len());
    let name = format!("{dtype}, ratio {ratio}{}", if direct_form { ", direct" } else { "" });
    let call: WriteCall = match direct_form {
        true => |to, of, ratio| direct(to, of, ratio, Mode::Train),
        false => train,
    };
    let name = CellName { name, context: false };
    let cell = Cell::new(name.clone(), keep, shape, share, budget as u64);
    let cell = session.pool().add(cell.of(dtype).about_rate(deviation));
    session.draw_in(&name.name);
    // In the first program a tenth of the budget, about as much as a third of the passes take.
    let calls = ((0.1 * budget / n as f64) as usize).clamp(4, 64);
    loop {
        let written = program(session, dtype, shape, ratio, calls, call, None);
        match session.wager(cell, &written) {
            Ok(Some(())) => {}
            Ok(None) => return Ok(None),
            // Other implementations had shown enough by then.
            Err(Setback::NotRecorded(why)) if session.pool().cells()[cell].counts().1 > 0 => {
                return Ok(Some(format!("{}: {why}", name.name)));
            }
            Err(other) => return Err(other),
        }
        let (kept, trials) = session.pool().cells()[cell].counts();
        let shown = equivalent(kept, trials, keep, deviation);
        if shown && (!session.to_the_end() || trials as f64 >= budget) {
            return Ok(None);
        }
        if !shown && is_wrong_here(session, dtype) {
            // There is no rate to speak of where something else is wrong with the masks.
            let name = name.name;
            return Ok(Some(format!("{name}: the masks are wrong before their rate is shown")));
        }
        if trials as f64 >= PATIENCE * budget {
            let name = name.name;
            let why = format!("{name}: {trials} bits leave it open whether the rate is right");
            return Ok(Some(why));
        }
    }
}

/// The part of the money that is in each cell in which rates are judged, in so many dtypes: the
/// ratios, one at random, and one of direct dropout.
fn rated_share(dtypes: usize) -> f64 {
    IN_RATES / (dtypes * (RATIOS.len() + 2)) as f64
}

/// The dtype that is judged most closely: float32, or the first but for those without which there is
/// another.
fn precise(session: &Session, without: &[Dtype]) -> Dtype {
    let floats = session.float_dtypes();
    let mut right = floats.iter().copied().filter(|dtype| !without.contains(dtype));
    let float32 = right.clone().find(|&dtype| dtype == Dtype::Float32);
    float32.or_else(|| right.next()).unwrap_or(floats[0])
}

/// Whether the masks of a dtype are wrong, or those of all: not if a rate is wrong in other dtypes alone.
fn is_wrong_here(session: &mut Session, dtype: Dtype) -> bool {
    let wrong = wrong_rates(session);
    let elsewhere = !wrong.is_empty() && !wrong.contains(&dtype);
    session.pool().is_rich() && !(elsewhere && session.pool().dependence(|_| true).is_none())
}

/// The dtypes of which not every rate was shown to be right.
pub(super) fn unshown_rates(session: &mut Session) -> Vec<Dtype> {
    let mut dtypes = session.float_dtypes();
    let cells = session.pool().cells();
    dtypes.retain(|&dtype| {
        let rated = |cell: &&Cell| cell.dtype == Some(dtype) && cell.rate.is_some();
        !cells.iter().filter(rated).all(|cell| {
            let ((kept, trials), deviation) = (cell.counts(), cell.rate.unwrap_or_default());
            trials == 0 || equivalent(kept, trials, cell.keep, deviation)
        })
    });
    dtypes
}

/// The dtypes in which the masks have a wrong rate: what else their bits show may follow from it.
pub(super) fn wrong_rates(session: &mut Session) -> Vec<Dtype> {
    let wrong = session.pool().wrong_rates();
    let mut dtypes = session.start().dtypes.clone();
    let cells = session.pool().cells();
    dtypes.retain(|&dtype| wrong.iter().any(|&(cell, _)| cells[cell].dtype == Some(dtype)));
    dtypes
}

/// The bits that any gambler needs on average, at least, to tell a rate that is off by so much.
fn wald(keep: f64, deviation: f64) -> f64 {
    let off = [keep + deviation, keep - deviation];
    RICH.ln() / off.into_iter().map(|rate| information(rate, keep)).fold(f64::INFINITY, f64::min)
}

/// What the masks of a run show, and what they cost.
pub fn powers(effort: Effort) -> Vec<Power> {
    let mut all = Vec::new();
    for (precise, place) in [(true, "float32"), (false, "other dtypes")] {
        for ratio in RATIOS {
            let deviation = effort.deviation(precise, 1.0 - ratio);
            all.push(Power {
                kind: "a wrong rate",
                place: format!("ratio {ratio}, {place}"),
                smallest: format!("{:.3} points", 100.0 * deviation),
                bits: TO_PASS * wald(1.0 - ratio, deviation),
            });
        }
    }
    // As many bits as a right rate takes there, and what is drawn for dependence alone.
    let bits = TO_PASS * wald(0.5, effort.deviation(true, 0.5));
    let calls = bits as usize / RATED;
    let rated = DrawnMasks { share: rated_share(4), calls, size: RATED };
    let (size, calls) = (OFTEN.0, OFTEN.1 * effort.patience());
    let often = DrawnMasks { share: IN_OTHERS / USUAL_OTHERS as f64, calls, size };
    let dependence =
        [power("ratio 0.5, float32", rated), power("many calls of 257 elements", often)].concat();
    for kind in dependence.iter().map(|power| power.kind).take(dependence.len() / 2) {
        all.extend(dependence.iter().filter(|power| power.kind == kind).cloned());
    }
    all
}

fn program(
    session: &mut Session,
    dtype: Dtype,
    shape: &[usize],
    ratio: f64,
    calls: usize,
    call: WriteCall,
    device: Option<&str>,
) -> Program {
    let write = |setting: &mut Setting| {
        let (to, array) = ("x".to_owned(), setting.of_all_sizes());
        let x = Step::Variable { to, array, device: device.map(str::to_owned) };
        let turn = vec![x, call("y", "x", ratio), value("y")];
        vec![vec![repeat(calls, turn)]]
    };
    session.with_setting(dtype, shape, write).remove(0)
}

/// A cell of so many calls; nothing if the implementation refuses them.
fn shaped(
    session: &mut Session,
    dtype: Dtype,
    shape: &[usize],
    ratio: f64,
    calls: usize,
    device: Option<&str>,
) -> Result<(), Setback> {
    /// Longer answers take long to read, and nothing is looked at before their end.
    const LONGEST: usize = 1 << 18;
    if session.left_out().has((dtype, Class::of(shape))) {
        return Ok(());
    }
    let elements = shape.iter().product::<usize>().max(1);
    let at_once = (LONGEST / elements).clamp(1, calls);
    let place = device.map_or(String::new(), |device| format!(", on {device}"));
    let name = format!("{dtype}, shape {shape:?}, ratio {ratio}{place}");
    // Where large arrays are not taken, several shapes are one.
    if session.pool().cells().iter().any(|cell| cell.name.name == name) {
        return Ok(());
    }
    let cell = Cell::new(
        CellName { name, context: false },
        1.0 - ratio,
        shape,
        others_share(session),
        (calls * elements) as u64,
    )
    .of(dtype);
    session.draw_in(&cell.name.name);
    let cell = session.pool().add(cell);
    let mut done = 0;
    while done < calls {
        let written = program(session, dtype, shape, ratio, at_once, train, device);
        if session.wager(cell, &written)?.is_none() {
            return Ok(());
        }
        done += at_once;
    }
    Ok(())
}

/// Cells of calls in other surroundings, and one of the first masks in each of them and in fresh
/// processes. What is undecided then, if anything is.
pub(super) fn play_contexts(session: &mut Session) -> Result<Option<String>, Setback> {
    if let Err(undecided) = session.begin_wager("mask.contexts") {
        return Ok(undecided);
    }
    let wrong = wrong_rates(session);
    let precise = precise(session, &wrong);
    // Kernels of two bytes a number take more elements at once, and draw for them otherwise.
    let narrow = session
        .float_dtypes()
        .into_iter()
        .find(|&dtype| dtype.size() == 2 && dtype != precise && !wrong.contains(&dtype));
    play_firsts(session)?;
    for dtype in std::iter::once(precise).chain(narrow) {
        play_contexts_in(session, dtype)?;
    }
    session.end_wager(None);
    Ok(None)
}

/// The first masks of a fresh process in each dtype, form, and on each device: generators of their own that are
/// seeded alike show there.
fn play_firsts(session: &mut Session) -> Result<(), Setback> {
    if session.start().seeding != Seeding::Fixed {
        session.restart()?;
    }
    let (n, share) = (session.at_most(256), others_share(session));
    let name =
        CellName { name: "first masks of each dtype, form and device".into(), context: true };
    let cell = Cell::new(name, 1.0 - RATIO, &[n], share, 64 * n as u64);
    let cell = session.pool().add(cell);
    let mut devices = session.start().devices.iter().cloned().map(Some).take(3).collect::<Vec<_>>();
    if !session.start().claims("device") {
        devices = vec![None];
    }
    type Form = fn(&str) -> Program;
    let forms: [(&str, Form); 3] = [
        ("train", |to| vec![train(to, "x", RATIO)]),
        ("direct", |to| vec![direct(to, "x", RATIO, Mode::Train)]),
        ("layers", |to| vec![layer("l", RATIO), layer_mode("l", true), apply(to, "x", "l")]),
    ];
    for dtype in session.float_dtypes() {
        for device in &devices {
            for (capability, form) in &forms {
                if !session.start().claims(capability) {
                    continue;
                }
                let write = |setting: &mut Setting| {
                    let (to, array, device) = ("x".to_owned(), setting.normal(), device.clone());
                    let x = Step::Variable { to, array, device };
                    vec![[vec![x], form("y"), vec![value("y")]].concat()]
                };
                let written = session.with_setting(dtype, &[n], write).remove(0);
                session.wager(cell, &written)?;
            }
        }
    }
    Ok(())
}

fn play_contexts_in(session: &mut Session, dtype: Dtype) -> Result<(), Setback> {
    let n = session.at_most(512) / 8 * 8;
    let patience = session.effort().patience();
    let share = others_share(session);
    let context = |name: &str, keep: f64, shape: &[usize]| {
        let name = CellName { name: format!("{name}, {dtype}"), context: true };
        // Eight turns of one call at least, or of two.
        let budget = 8 * patience * shape.iter().product::<usize>();
        Cell::new(name, keep, shape, share, budget as u64).of(dtype)
    };
    let firsts = session.pool().add(context("first masks of programs", 1.0 - RATIO, &[n]));
    if session.start().seeding != Seeding::Fixed {
        for _ in 0..session.effort().processes() {
            session.restart()?;
            let written = write(session, dtype, n, &CONTEXTS[0]);
            if let Some(outcomes) = session.outcomes(&written)?
                && let Some(first) = outcomes.into_iter().next()
            {
                session.pool().play(firsts, first);
            }
        }
    }
    for surrounding in &CONTEXTS {
        let claimed = surrounding.needs.iter().all(|need| session.start().claims(need));
        if !claimed
            || BY_GRADIENT.contains(&surrounding.name) && !session.reads_masks_of_gradients()
        {
            continue;
        }
        if surrounding.name == FRESH && session.start().seeding != Seeding::Fixed {
            session.restart()?;
        }
        let mut outcomes = Vec::new();
        for _ in 0..patience {
            let written = write(session, dtype, n, surrounding);
            outcomes.extend(session.outcomes(&written)?.into_iter().flatten());
        }
        let Some(first) = outcomes.first().cloned() else { continue };
        let halves = surrounding.name == HALVES;
        let shape = if halves { vec![n / 2] } else { first.shape().to_vec() };
        let cell = session.pool().add(context(surrounding.name, first.keep(), &shape));
        if !halves && first.kept().len() == n && first.keep() == 1.0 - RATIO {
            session.pool().play_again(firsts, &first);
        }
        for outcome in outcomes {
            let parts = if halves { outcome.halves().to_vec() } else { vec![outcome] };
            for part in parts {
                session.pool().play(cell, part);
            }
        }
    }
    Ok(())
}

fn write(session: &mut Session, dtype: Dtype, n: usize, context: &CallContext) -> Program {
    let write = |setting: &mut Setting| vec![(context.write)(setting)];
    session.with_setting(dtype, &[n], write).remove(0)
}

impl Session<'_> {
    /// Runs a program and reads the bits that were to be bet on; nothing if it is refused.
    ///
    /// # Errors
    /// If there is no answer, or none that a mask explains.
    fn outcomes(&mut self, program: &[Step]) -> Result<Option<Vec<Outcomes>>, Setback> {
        let answered = self.answered(program)?;
        Ok(answered.map(|(stakes, answer)| stakes.settle(&answer)))
    }

    /// What is to be bet on in a program, and what it answers; nothing if it is refused.
    fn answered(&mut self, program: &[Step]) -> Result<Option<(Stakes, Answer)>, Setback> {
        self.may_bet()?;
        let stakes = self.stakes(program);
        let Some(answer) = unless_refused(self.run(program))? else { return Ok(None) };
        self.explained(program, &answer, Must)?;
        Ok(Some((stakes, answer)))
    }

    /// Lets the gamblers of a cell bet on a program; nothing if it is refused.
    fn wager(&mut self, cell: usize, program: &[Step]) -> Result<Option<()>, Setback> {
        let Some((stakes, answer)) = self.answered(program)? else { return Ok(None) };
        self.pool().note(cell, || stakes.clone().values(&answer));
        for outcome in stakes.settle(&answer) {
            self.pool().play(cell, outcome);
        }
        Ok(Some(()))
    }
}
