//! How each style looks in every picture: the colours of Okabe and Ito, which colour-blind people tell apart, and for
//! who sees none a marker and a dash each.
//!
//! A picture has the light colours in its attributes. The style sheet finds them there, and puts others in their place
//! where it is dark; it also hides what the filter leaves out.

use std::fmt::Write;

use plotters::style::RGBColor;

/// The look of one style.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Look {
    pub(super) style: &'static str,
    pub(super) marker: Marker,
    /// Of lines and markers, in the light and in the dark.
    mark: [u32; 2],
    /// Of the name beside them: of more contrast.
    text: [u32; 2],
    /// As `stroke-dasharray` has it.
    dash: &'static str,
}

/// What stands at each figure.
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

/// Who stands in pictures, in the order of every table. Of what people would pick instead, only ureq does: more lines
/// could not be told apart.
pub(super) const LOOKS: [Look; 8] = [
    look("floor", Marker::Plus, [0x75_75_75, 0x8E_8E_8E], [0x5C_5C_5C, 0xA9_A9_A9], "1 3"),
    look("blocking", Marker::Square, [0xD5_5E_00, 0xE6_72_14], [0xAD_4B_00, 0xFF_9A_4D], "none"),
    look("callbacks", Marker::Triangle, [0x00_72_B2, 0x2F_95_D6], [0x00_65_9F, 0x6D_B8_F0], "none"),
    look("tokio", Marker::Circle, [0x00_9E_73, 0x12_B0_84], [0x00_75_55, 0x45_CF_A4], "none"),
    look("tokio-multi", Marker::Ring, [0x56_B4_E9, 0x57_B5_EA], [0x1B_72_A6, 0x8C_CB_F2], "7 3"),
    look("async-std", Marker::Wedge, [0xE6_9F_00, 0xE7_A0_01], [0x8A_5F_00, 0xF2_B8_4B], "2 3"),
    look("smol", Marker::Diamond, [0xCC_79_A7, 0xCD_7A_A8], [0x9C_45_77, 0xE5_A3_C8], "8 3 2 3"),
    look("ureq", Marker::Cross, [0x00_00_00, 0xFF_FF_FF], [0x01_01_01, 0xFE_FE_FE], "4 4"),
];

/// Axes and what is written at them; grid lines.
pub(super) const INK: [u32; 2] = [0x4A_4F_55, 0xA9_B0_B8];
pub(super) const GRID: [u32; 2] = [0xE3_E5_E2, 0x2E_34_3B];

impl Look {
    /// None of who stands in tables only.
    pub(super) fn of(style: &str) -> Option<Self> {
        LOOKS.into_iter().find(|look| look.style == style)
    }

    pub(super) fn mark(&self) -> RGBColor {
        rgb(self.mark[0])
    }

    pub(super) fn text(&self) -> RGBColor {
        rgb(self.text[0])
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a byte of three is what is wanted")]
pub(super) fn rgb(color: u32) -> RGBColor {
    RGBColor((color >> 16) as u8, (color >> 8) as u8, color as u8)
}

/// The rules that depend on the styles: colours in the dark, dashes, and the filter.
pub(super) fn css() -> String {
    let mut light = String::new();
    let mut dark = String::new();
    let mut rules = String::new();
    let mut paint = |name: &str, [in_light, in_dark]: [u32; 2]| {
        let _ = write!(light, "--{name}:#{in_light:06X};");
        let _ = write!(dark, "--{name}:#{in_dark:06X};");
        let _ = writeln!(
            rules,
            "svg [fill=\"#{in_light:06X}\"]{{fill:var(--{name})}}\
             svg [stroke=\"#{in_light:06X}\"]{{stroke:var(--{name})}}"
        );
    };
    paint("ink-2", INK);
    paint("grid", GRID);
    for Look { style, mark, text, .. } in LOOKS {
        paint(style, mark);
        paint(&format!("{style}-text"), text);
    }
    for Look { style, mark: [mark, _], text: [text, _], dash, .. } in LOOKS {
        let _ = writeln!(
            rules,
            ".plot polyline[stroke=\"#{mark:06X}\"]{{stroke-dasharray:{dash}}}\n\
             body:has(#show-{style}:not(:checked)) :is(tr.is-{style},.plot [fill=\"#{mark:06X}\"],\
             .plot [stroke=\"#{mark:06X}\"],.plot [fill=\"#{text:06X}\"]){{display:none}}\n\
             .is-{style}{{--mark:var(--{style});--mark-text:var(--{style}-text)}}\n"
        );
    }
    format!(":root{{{light}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n{rules}")
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
        let paints = LOOKS.iter().flat_map(|look| [look.mark[0], look.text[0]]).chain([INK[0], GRID[0]]);
        assert_eq!(paints.collect::<BTreeSet<_>>().len(), 2 * LOOKS.len() + 2);
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
        let RGBColor(red, green, blue) = rgb(color);
        let linear = |channel: u8| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }
}
