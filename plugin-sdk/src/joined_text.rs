//! What `joined!` expands to.

/// Length of the joined parts, in bytes.
#[doc(hidden)]
pub const fn length(parts: &[&str]) -> usize {
    let mut length = 0;
    let mut index = 0;
    while index < parts.len() {
        length += parts[index].len();
        index += 1;
    }
    length
}

/// The bytes of the joined parts.
#[doc(hidden)]
pub const fn bytes<const LENGTH: usize>(parts: &[&str]) -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    let mut rest: &mut [u8] = &mut bytes;
    let mut index = 0;
    while index < parts.len() {
        let (head, tail) = rest.split_at_mut(parts[index].len());
        head.copy_from_slice(parts[index].as_bytes());
        rest = tail;
        index += 1;
    }
    bytes
}

#[cfg(test)]
mod tests {
    const PART: &str = r"^(?:\w+: )?";

    #[test]
    fn parts_stand_in_their_order() {
        const JOINED: &str = crate::joined!(PART, "“quoted”", "", r"\d+$");
        assert_eq!(JOINED, r"^(?:\w+: )?“quoted”\d+$");
        assert_eq!(crate::joined!("alone"), "alone");
    }
}
