use crate::search::scene::Scene;
use crate::search::writer::Writer;
use crate::wire::Program;
use crate::wire::steps::*;

impl Writer<'_, '_> {
    /// A layer is called, a known one or one made for it; often there is another one, and a mode is
    /// given to some of them, one by one or in a model.
    pub(super) fn layer(&mut self, scene: &Scene) -> Vec<Program> {
        let mut layers = scene.layers.names().map(str::to_owned).collect::<Vec<_>>();
        let mut program = Vec::new();
        let of = match self.anything(scene) {
            Some(of) => of,
            None => {
                let (to, array) = (self.fresh("x"), self.input());
                program.push(self.variable(to.clone(), array));
                to
            }
        };
        let plain = layers.last().map(|known| [program.clone(), self.called(known, &of)].concat());
        while layers.is_empty() || layers.len() < 3 && self.chance(0.4) {
            let (name, ratio) = (self.fresh("l"), self.ratio());
            program.extend([layer(&name, ratio), layer_mode(&name, self.chance(0.6))]);
            layers.push(name);
        }
        let used = self.one_of(&layers);
        if self.chance(0.3) {
            program.extend(self.called(&used, &of));
        }
        if self.chance(0.3) {
            let name = self.one_of(&layers);
            program.push(layer_mode(&name, self.chance(0.5)));
        }
        if self.chance(0.3) {
            program.extend(self.modelled(&layers));
        }
        program.extend(self.called(&used, &of));
        [Some(program), plain].into_iter().flatten().collect()
    }

    fn called(&mut self, layer: &str, of: &str) -> Program {
        let y = self.fresh("y");
        let look = self.watched && self.chance(0.8);
        let look = look.then(|| value(&y));
        [vec![apply(&y, of, layer)], look.into_iter().collect()].concat()
    }

    /// A model of some layers, perhaps in another one, that is given a mode.
    fn modelled(&mut self, layers: &[String]) -> Program {
        let (inner, outer) = (self.fresh("m"), self.fresh("m"));
        let inside = layers.iter().filter(|_| self.chance(0.7)).map(String::as_str);
        let mut program = vec![model(&inner, &inside.collect::<Vec<_>>())];
        let mut whole = inner.as_str();
        if self.chance(0.5) {
            program.push(model(&outer, &[&inner]));
            whole = &outer;
        }
        program.push(layer_mode(whole, self.chance(0.5)));
        program
    }
}
