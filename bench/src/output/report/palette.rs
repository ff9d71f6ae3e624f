//! The look of each style in every picture: the colours of Okabe and Ito, which colour-blind people can distinguish.
//! Each also has a marker and a dash for readers who see no colours.
//!
//! Everything of one style has the class `is-STYLE`. The style sheet sets the colours of that class, for light and dark
//! screens, and the filter hides it.

use std::fmt::Write;

/// The look of one style.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Look {
    pub(super) style: &'static str,
    pub(super) marker: Marker,
    /// The colours of lines and markers, in light and dark mode.
    pub(super) mark: [u32; 2],
    /// The colours of the name next to them, with more contrast.
    pub(super) text: [u32; 2],
    /// The value of `stroke-dasharray`.
    pub(super) dash: &'static str,
}

/// The marker at each figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Marker {
    Circle,
    Ring,
    Square,
    Triangle,
    Wedge,
    Diamond,
    Cross,
    Plus,
}

const fn look(
    style: &'static str,
    marker: Marker,
    mark: [u32; 2],
    text: [u32; 2],
    dash: &'static str,
) -> Look {
    Look { style, marker, mark, text, dash }
}

/// The styles in pictures, in the order of every table.
pub(super) const LOOKS: [Look; 10] = [
    look("floor", Marker::Plus, [0x75_75_75, 0x8E_8E_8E], [0x5C_5C_5C, 0xA9_A9_A9], "1 3"),
    look("blocking", Marker::Square, [0xD5_5E_00, 0xE6_72_14], [0xAD_4B_00, 0xFF_9A_4D], "none"),
    look("ureq", Marker::Cross, [0x00_00_00, 0xFF_FF_FF], [0x01_01_01, 0xFE_FE_FE], "4 4"),
    look("callbacks", Marker::Triangle, [0x00_72_B2, 0x2F_95_D6], [0x00_65_9F, 0x6D_B8_F0], "none"),
    look("tokio", Marker::Circle, [0x00_9E_73, 0x12_B0_84], [0x00_75_55, 0x45_CF_A4], "none"),
    look("tokio-multi", Marker::Ring, [0x56_B4_E9, 0x57_B5_EA], [0x1B_72_A6, 0x8C_CB_F2], "7 3"),
    look("async-std", Marker::Wedge, [0xE6_9F_00, 0xE7_A0_01], [0x8A_5F_00, 0xF2_B8_4B], "2 3"),
    look("smol", Marker::Diamond, [0xCC_79_A7, 0xCD_7A_A8], [0x9C_45_77, 0xE5_A3_C8], "8 3 2 3"),
    look("callbacks-multi", Marker::Triangle, [0x33_22_88, 0x8F_82_E0], [0x33_22_88, 0xA9_9E_F0], "7 3"),
    look("smol-multi", Marker::Diamond, [0x88_22_55, 0xD0_5C_98], [0x88_22_55, 0xEC_8A_BB], "7 3"),
];

/// Axes and what is written at them; grid lines.
const INK: [u32; 2] = [0x4A_4F_55, 0xA9_B0_B8];
const GRID: [u32; 2] = [0xE3_E5_E2, 0x2E_34_3B];

impl Look {
    /// The look of a style; `None` for a client that is only in tables.
    pub(super) fn of(style: &str) -> Option<Self> {
        LOOKS.into_iter().find(|look| look.style == style)
    }
}

/// The colours of light pages, or of dark ones.
pub(super) fn colors(is_dark: bool) -> String {
    let of_styles =
        LOOKS.iter().flat_map(|look| [(look.style, "", look.mark), (look.style, "-text", look.text)]);
    let all = [("ink-2", "", INK), ("grid", "", GRID)].into_iter().chain(of_styles);
    let color = |(name, end, colors): (&str, &str, [u32; 2])| {
        format!("--{name}{end}:#{:06X};", colors[usize::from(is_dark)])
    };
    all.map(color).collect::<Vec<_>>().concat()
}

/// The rules of pictures.
pub(super) fn picture() -> String {
    let mut css = String::new();
    for Look { style, dash, .. } in LOOKS {
        let _ = writeln!(
            css,
            ".is-{style}{{--mark:var(--{style});--mark-text:var(--{style}-text);--dash:{dash}}}"
        );
    }
    css + include_str!("picture.css")
}

/// The rules of the page that depend on the styles, with those of the filter.
pub(super) fn css() -> String {
    let [light, dark] = [false, true].map(colors);
    let mut css = format!(
        ":root{{{light}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n{}",
        picture()
    );
    for Look { style, .. } in LOOKS {
        let _ = writeln!(css, "body:has(#show-{style}:not(:checked)) :is(tr,g).is-{style}{{display:none}}");
    }
    css
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::clients::subject::Subject;

    #[test]
    fn everyone_has_a_look_of_their_own() {
        let names = LOOKS.map(|look| look.style);
        assert!(Subject::all().into_iter().map(Subject::name).take(names.len()).eq(names));
        assert_eq!(LOOKS.map(|look| look.mark[0]).iter().collect::<BTreeSet<_>>().len(), LOOKS.len());
        let looks: BTreeSet<_> =
            LOOKS.iter().map(|look| format!("{:?} {}", look.marker, look.dash)).collect();
        assert_eq!(looks.len(), LOOKS.len());
    }

    /// WCAG 2.2: 4.5 for text.
    #[test]
    fn names_can_be_read_on_light_and_on_dark_paper() {
        for (paper, mode) in [(0xFD_FD_FB, 0), (0x14_17_1B, 1)] {
            for look in LOOKS {
                let contrast = contrast(look.text[mode], paper);
                assert!(contrast >= 4.5, "{}: {contrast:.2}", look.style);
            }
            assert!(contrast(INK[mode], paper) >= 4.5);
        }
    }

    fn contrast(one: u32, other: u32) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    fn luminance(color: u32) -> f64 {
        let linear = |shift: u32| {
            let share = f64::from((color >> shift) & 0xFF) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(16) + 0.7152 * linear(8) + 0.0722 * linear(0)
    }
}
