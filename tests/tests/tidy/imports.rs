//! The imports between the files of one crate.

use std::collections::{BTreeMap, BTreeSet};

use syn::Item;

use crate::source::{File, flatten};

/// The layers of `bench`, from top to bottom: imports point down. `output` is below `measure`, so it can only show
/// records.
pub(crate) const LAYERS: [&str; 14] = [
    "cli",
    "self_check",
    "measure",
    "options",
    "process",
    "pitfalls",
    "clients",
    "load",
    "output",
    "record",
    "code_cost",
    "stats",
    "system",
    "text",
];

/// A module, by its path within the crate.
pub(crate) type Module = Vec<String>;

/// The modules that each file imports, without its tests.
pub(crate) struct Imports(BTreeMap<Module, BTreeSet<Module>>);

impl Imports {
    /// Reads all files in `folder`, the sources of one crate.
    pub(crate) fn of(files: &[File], folder: &str) -> Self {
        let module = |file: &File| module_of(file.name.strip_prefix(folder)?);
        let files: BTreeMap<_, _> = files.iter().filter_map(|file| Some((module(file)?, file))).collect();
        let imports = files.iter().map(|(module, file)| {
            let mut paths = Vec::new();
            collect(&file.items(), module, &mut paths);
            let known = paths.into_iter().filter_map(|path| {
                (1..=path.len()).rev().map(|length| path[..length].to_vec()).find(|it| files.contains_key(it))
            });
            (module.clone(), known.filter(|imported| imported != module).collect())
        });
        Self(imports.collect())
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The imports that point up from one layer to another, in words.
    pub(crate) fn upward(&self, layers: &[&str]) -> Vec<String> {
        let layer = |module: &Module| layers.iter().position(|layer| *layer == module[0]);
        let all = self.0.iter().flat_map(|(module, imports)| imports.iter().map(move |it| (module, it)));
        let upward =
            all.filter(|(module, imported)| layer(module).is_none() || layer(imported) < layer(module));
        upward
            .map(|(module, imported)| format!("{} imports {}", module.join("/"), imported.join("/")))
            .collect()
    }

    /// The files that import each other in a circle, and those between two circles.
    pub(crate) fn in_circles(&self) -> Vec<String> {
        let mut left = self.0.clone();
        loop {
            let before = left.len();
            let modules: BTreeSet<_> = left.keys().cloned().collect();
            for imports in left.values_mut() {
                imports.retain(|it| modules.contains(it));
            }
            let imported: BTreeSet<_> = left.values().flatten().cloned().collect();
            left.retain(|module, imports| imported.contains(module) && !imports.is_empty());
            if left.len() == before {
                return left.keys().map(|module| module.join("/")).collect();
            }
        }
    }
}

/// `a/b.rs` and `a/b/mod.rs` are `a::b`; the root of the crate and its programs are no modules.
fn module_of(name: &str) -> Option<Module> {
    let name = name.trim_start_matches('/').strip_suffix(".rs")?;
    let name = name.strip_suffix("/mod").unwrap_or(name);
    let is_root = ["lib", "main"].contains(&name) || name.starts_with("bin/");
    (!is_root).then(|| name.split('/').map(str::to_owned).collect())
}

/// The imports of these items, which are in `module`, as paths from the root of the crate.
fn collect(items: &[Item], module: &Module, paths: &mut Vec<Vec<String>>) {
    for item in items {
        match item {
            Item::Use(it) if !is_for_tests(&it.attrs) => {
                let mut flat = Vec::new();
                flatten(&it.tree, "", &mut flat);
                paths.extend(flat.iter().filter_map(|path| absolute(path, module)));
            }
            Item::Mod(it) if !is_for_tests(&it.attrs) => {
                let inner = [module.as_slice(), &[it.ident.to_string()]].concat();
                collect(it.content.as_ref().map_or(&[], |(_, items)| items), &inner, paths);
            }
            _ => {}
        }
    }
}

fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    let is_test = |attribute: &syn::Attribute| {
        attribute.path().is_ident("cfg") && attribute.parse_args::<syn::Ident>().is_ok_and(|it| it == "test")
    };
    attributes.iter().any(is_test)
}

/// `None` for a path outside of the crate.
fn absolute(path: &str, module: &Module) -> Option<Vec<String>> {
    let mut segments = path.split("::").peekable();
    let mut from = match segments.next()? {
        "crate" => Vec::new(),
        "self" => module.clone(),
        "super" => module[..module.len().checked_sub(1)?].to_vec(),
        _ => return None,
    };
    while segments.next_if_eq(&"super").is_some() {
        from.pop();
    }
    from.extend(segments.map(|segment| segment.split(' ').next().unwrap_or(segment).to_owned()));
    Some(from)
}

#[test]
fn circles_and_upward_imports_are_found() {
    let file = |name: &str, text: &str| File { name: format!("x/src/{name}"), text: text.into() };
    let mut files = vec![
        file("lib.rs", "mod top; mod bottom;"),
        file("top/mod.rs", "use crate::bottom::{one::One, two};"),
        file("bottom/one.rs", "use super::two::Two;"),
        file("bottom/two.rs", "#[cfg(test)] mod tests { use crate::top; }"),
    ];
    let imports = Imports::of(&files, "x/src");
    assert_eq!((imports.in_circles(), imports.upward(&["top", "bottom"])), (Vec::new(), Vec::new()));
    assert_eq!(imports.upward(&["bottom", "top"]).len(), 2);
    files[3].text = "mod inner { use super::super::one::One; }".into();
    assert_eq!(Imports::of(&files, "x/src").in_circles(), ["bottom/one", "bottom/two"]);
}
