//! The example that ships with the program: the lists of a school-property company, as files to be taken in like any other.

/// The example's files, each with its name, in the order to take them in.
#[must_use]
pub const fn example() -> [(&'static str, &'static [u8]); 3] {
    [
        ("systemlista.xlsx", include_bytes!("example/systemlista.xlsx")),
        ("incidenter-2024.csv", include_bytes!("example/incidenter-2024.csv")),
        ("utbildning-2024-11-26.csv", include_bytes!("example/utbildning-2024-11-26.csv")),
    ]
}
