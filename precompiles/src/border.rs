//! Conversions to and from primitive-types, the integers and hashes of Substrate and Frontier. Both sides
//! are big-endian bytes in the end; nothing can be lost.

use alloy_primitives as alloy;

/// A word.
pub fn to_u256(value: alloy::U256) -> primitive_types::U256 {
    primitive_types::U256::from_big_endian(&value.to_be_bytes::<32>())
}

/// A word.
pub fn from_u256(value: primitive_types::U256) -> alloy::U256 {
    alloy::U256::from_be_bytes(value.to_big_endian())
}

/// A hash, such as a model id.
pub const fn to_h256(value: alloy::B256) -> primitive_types::H256 {
    primitive_types::H256(value.0)
}

/// A hash, such as a model id.
pub const fn from_h256(value: primitive_types::H256) -> alloy::B256 {
    alloy::FixedBytes(value.0)
}

/// An address.
pub const fn to_h160(value: alloy::Address) -> primitive_types::H160 {
    primitive_types::H160(value.0.0)
}

/// An address.
pub const fn from_h160(value: primitive_types::H160) -> alloy::Address {
    alloy::Address::new(value.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_stay_in_order() {
        let mut bytes = [0; 32];
        (0u8..).zip(&mut bytes).for_each(|(i, byte)| *byte = i);
        let word = alloy::U256::from_be_bytes(bytes);
        assert_eq!(to_u256(word).to_big_endian(), bytes);
        assert_eq!(from_u256(to_u256(word)), word);
        assert_eq!(to_u256(alloy::U256::from(5)), primitive_types::U256::from(5));
        assert_eq!(from_h256(to_h256(bytes.into())).0, bytes);
        let address = alloy::Address::from_slice(&bytes[..20]);
        assert_eq!(to_h160(address).as_bytes(), &bytes[..20]);
        assert_eq!(from_h160(to_h160(address)), address);
    }
}
