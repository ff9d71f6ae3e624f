//! The sources that are compared.

use std::fs;
use std::path::Path;

use syn::{Attribute, Expr, ExprLit, ImplItem, Item, Lit, Type, UseTree, Visibility};

/// A style's crate and its folder.
const STYLES: [(&str, &str); 3] =
    [("photo-blocking", "blocking"), ("photo-callbacks", "callbacks"), ("photo-futures", "futures-impl")];

/// A text with its name within the crate or the workspace.
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) text: String,
}

/// The crate of one style.
pub(crate) struct Style {
    pub(crate) name: &'static str,
    /// Library and examples, without tests.
    pub(crate) files: Vec<File>,
}

impl Style {
    pub(crate) fn all() -> Vec<Self> {
        let style = |(name, folder)| {
            let root = format!("{WORKSPACE}/{folder}");
            let mut files = Vec::new();
            for part in ["src", "examples"] {
                collect(Path::new(&root), &format!("{root}/{part}"), "rs", &mut files);
            }
            files.retain(|file| !file.name.ends_with("tests.rs"));
            Self { name, files }
        };
        STYLES.map(style).into()
    }

    pub(crate) fn file(&self, name: &str) -> Option<&File> {
        self.files.iter().find(|file| file.name == name)
    }

    pub(crate) fn expect(&self, name: &str) -> &File {
        self.file(name).unwrap_or_else(|| panic!("{} has no {name}", self.name))
    }
}

const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Every Rust source.
pub(crate) fn files_of_the_workspace() -> Vec<File> {
    let mut files = Vec::new();
    for member in members() {
        collect(Path::new(WORKSPACE), &format!("{WORKSPACE}/{member}"), "rs", &mut files);
    }
    files
}

/// Every document: Markdown in the root, in `docs`, and in the members.
pub(crate) fn documents() -> Vec<File> {
    let mut files = Vec::new();
    for folder in members().into_iter().chain(["docs".to_owned(), ".github".to_owned()]) {
        collect(Path::new(WORKSPACE), &format!("{WORKSPACE}/{folder}"), "md", &mut files);
    }
    for entry in fs::read_dir(WORKSPACE).expect("the workspace") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|it| it == "md") {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            files.push(File { name, text: fs::read_to_string(&path).expect("a text") });
        }
    }
    files
}

/// Every manifest.
pub(crate) fn manifests() -> Vec<File> {
    let members = members().into_iter().map(|member| format!("{member}/Cargo.toml"));
    members
        .chain(["Cargo.toml".to_owned()])
        .map(|name| {
            let text = fs::read_to_string(format!("{WORKSPACE}/{name}")).expect("a manifest");
            File { name, text }
        })
        .collect()
}

/// The folders in the root manifest's list.
pub(crate) fn members() -> Vec<String> {
    let root = fs::read_to_string(format!("{WORKSPACE}/Cargo.toml")).expect("a manifest");
    let (_, list) = root.split_once("members = [").expect("a list of members");
    let (list, _) = list.split_once(']').expect("its end");
    list.split(',')
        .map(|name| name.trim().trim_matches('"').to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

/// The files below `folder`, named from `root`, in the order of their names.
fn collect(root: &Path, folder: &str, extension: &str, files: &mut Vec<File>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    for path in paths {
        let name = path.strip_prefix(root).expect("it is below").to_string_lossy().replace('\\', "/");
        if path.is_dir() {
            if !name.ends_with("target") {
                collect(root, &path.to_string_lossy(), extension, files);
            }
        } else if path.extension().is_some_and(|it| it == extension) {
            let text = fs::read_to_string(&path).expect("a text");
            files.push(File { name, text });
        }
    }
}

impl File {
    fn parsed(&self) -> syn::File {
        syn::parse_file(&self.text).unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }

    /// The text of the inner documentation.
    pub(crate) fn documentation(&self) -> String {
        let attributes = self.parsed().attrs;
        attributes.iter().filter_map(doc_line).map(|line| line + "\n").collect()
    }

    pub(crate) fn items(&self) -> Vec<Item> {
        self.parsed().items
    }

    /// The public items in order, such as `struct Client`, `Client::new`, `fn one` or `use client::Client`.
    pub(crate) fn public_items(&self) -> Vec<String> {
        self.parsed().items.iter().flat_map(public_items).collect()
    }

    /// The items in the implementation of a trait, in order.
    pub(crate) fn items_of_trait(&self, name: &str) -> Vec<String> {
        let file = self.parsed();
        let implementation = file.items.iter().find_map(|item| match item {
            Item::Impl(it) if it.trait_.as_ref().is_some_and(|path| last_segment(&path.0) == name) => {
                Some(it)
            }
            _ => None,
        });
        let implementation = implementation.unwrap_or_else(|| panic!("{} has no {name}", self.name));
        implementation
            .items
            .iter()
            .map(|item| match item {
                ImplItem::Fn(it) => format!("fn {}", it.sig.ident),
                ImplItem::Type(it) => format!("type {}", it.ident),
                _ => "another item".to_owned(),
            })
            .collect()
    }
}

fn public_items(item: &Item) -> Vec<String> {
    let named = |visibility: &Visibility, kind: &str, name: &dyn std::fmt::Display| {
        if is_public(visibility) { vec![format!("{kind} {name}")] } else { Vec::new() }
    };
    match item {
        Item::Const(it) => named(&it.vis, "const", &it.ident),
        Item::Enum(it) => named(&it.vis, "enum", &it.ident),
        Item::Fn(it) => named(&it.vis, "fn", &it.sig.ident),
        Item::Mod(it) => named(&it.vis, "mod", &it.ident),
        Item::Static(it) => named(&it.vis, "static", &it.ident),
        Item::Struct(it) => named(&it.vis, "struct", &it.ident),
        Item::Trait(it) => named(&it.vis, "trait", &it.ident),
        Item::Type(it) => named(&it.vis, "type", &it.ident),
        Item::Use(it) if is_public(&it.vis) => {
            let mut paths = Vec::new();
            flatten(&it.tree, "use ", &mut paths);
            paths
        }
        Item::Impl(it) if it.trait_.is_none() => {
            let Type::Path(of) = &*it.self_ty else { return Vec::new() };
            let functions = it.items.iter().filter_map(|item| match item {
                ImplItem::Fn(it) if is_public(&it.vis) => Some(it.sig.ident.to_string()),
                ImplItem::Const(it) if is_public(&it.vis) => Some(it.ident.to_string()),
                _ => None,
            });
            functions.map(|name| format!("{}::{name}", last_segment(&of.path))).collect()
        }
        _ => Vec::new(),
    }
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn last_segment(path: &syn::Path) -> String {
    path.segments.last().map_or_else(String::new, |segment| segment.ident.to_string())
}

pub(crate) fn flatten(tree: &UseTree, before: &str, paths: &mut Vec<String>) {
    match tree {
        UseTree::Path(it) => flatten(&it.tree, &format!("{before}{}::", it.ident), paths),
        UseTree::Name(it) => paths.push(format!("{before}{}", it.ident)),
        UseTree::Rename(it) => paths.push(format!("{before}{} as {}", it.ident, it.rename)),
        UseTree::Glob(_) => paths.push(format!("{before}*")),
        UseTree::Group(it) => it.items.iter().for_each(|tree| flatten(tree, before, paths)),
    }
}

fn doc_line(attribute: &Attribute) -> Option<String> {
    let meta = attribute.meta.require_name_value().ok().filter(|meta| meta.path.is_ident("doc"))?;
    match &meta.value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    }
}
