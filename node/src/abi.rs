//! Calldata from a signature and words, and back.

use crate::failure::Failure;
use alloy_dyn_abi::{DynSolType, DynSolValue, FunctionExt, JsonAbiExt, Specifier};
use alloy_json_abi::{Function, JsonAbi, Param};
use alloy_primitives::{Bytes, hex};
use std::path::Path;

/// What to send to a contract.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Data {
    /// Calldata in hex, or @FILE with its bytes
    #[arg(long, value_name = "HEX", conflicts_with_all = ["sig", "args"])]
    pub calldata: Option<String>,
    /// Function to call, such as "classify(bytes) returns (uint8)"
    #[arg(long, value_name = "SIGNATURE")]
    pub sig: Option<String>,
    /// Its arguments, one a word; @FILE stands for the bytes of a file
    #[arg(value_name = "ARG", allow_negative_numbers = true, requires = "sig")]
    pub args: Vec<String>,
}

impl Data {
    /// The calldata; nothing given is no calldata.
    ///
    /// # Errors
    /// A signature or an argument that does not parse.
    pub fn encode(&self) -> Result<Bytes, Failure> {
        match (&self.calldata, self.function()?) {
            (Some(data), _) => Ok(bytes(data)?.into()),
            (None, Some(function)) => {
                let values = values(&function.inputs, &self.args)?;
                Ok(function.abi_encode_input(&values).map_err(Failure::new)?.into())
            }
            (None, None) => Ok(Bytes::new()),
        }
    }

    /// What returned bytes say, where the signature tells.
    ///
    /// # Errors
    /// A signature that does not parse, bytes that are not what it promises.
    pub fn decode(&self, output: &[u8]) -> Result<Option<Vec<String>>, Failure> {
        let Some(function) = self.function()?.filter(|function| !function.outputs.is_empty()) else {
            return Ok(None);
        };
        let values = function.abi_decode_output(output).map_err(|error| {
            Failure::new(format_args!(
                "the call returned {}, not what --sig promises: {error}",
                hex::encode_prefixed(output)
            ))
        })?;
        Ok(Some(values.iter().map(show).collect()))
    }

    fn function(&self) -> Result<Option<Function>, Failure> {
        let Some(sig) = &self.sig else { return Ok(None) };
        let function = Function::parse(sig).map_err(|error| {
            Failure::new(format_args!("--sig {sig:?}: {error}"))
                .hint("write it as in Solidity: \"answers(uint256) returns (uint8)\"")
        })?;
        Ok(Some(function))
    }
}

/// A compiled contract: what solc and the usual tools write.
#[derive(Clone, Debug)]
pub struct Contract {
    abi: JsonAbi,
    bytecode: Bytes,
}

impl Contract {
    /// Reads `{"abi": […], "bytecode": "0x…"}`, or the same with `bytecode.object`.
    ///
    /// # Errors
    /// What is missing.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let json = Failure::read(path)?;
        Self::parse(&json).map_err(|reason| {
            Failure::new(format_args!("{}: {reason}", path.display()))
                .hint("give a JSON file with \"abi\" and \"bytecode\", as solc and its wrappers write it")
        })
    }

    /// [`read`](Self::read) from memory.
    ///
    /// # Errors
    /// What is missing.
    pub fn parse(json: &[u8]) -> Result<Self, String> {
        let json: serde_json::Value = serde_json::from_slice(json).map_err(|e| e.to_string())?;
        let code = json.get("bytecode").or_else(|| json.pointer("/evm/bytecode")).ok_or("no \"bytecode\"")?;
        let code = code.get("object").unwrap_or(code).as_str().ok_or("\"bytecode\" is no text")?;
        let bytecode = hex::decode(code).map_err(|e| format!("\"bytecode\": {e}"))?.into();
        let abi = json.get("abi").cloned().ok_or("no \"abi\"")?;
        Ok(Self { abi: serde_json::from_value(abi).map_err(|e| format!("\"abi\": {e}"))?, bytecode })
    }

    /// Init code with the constructor's arguments.
    ///
    /// # Errors
    /// Arguments that are not the constructor's.
    pub fn init_code(&self, args: &[String]) -> Result<Bytes, Failure> {
        let inputs = self.abi.constructor.as_ref().map_or(&[][..], |constructor| &constructor.inputs);
        let arguments = DynSolValue::Tuple(values(inputs, args)?).abi_encode_params();
        Ok([&self.bytecode[..], &arguments].concat().into())
    }
}

fn values(params: &[Param], args: &[String]) -> Result<Vec<DynSolValue>, Failure> {
    if params.len() != args.len() {
        let types: Vec<_> = params.iter().map(|param| param.ty.as_str()).collect();
        let text = format!("{} argument(s) given, ({}) takes {}", args.len(), types.join(", "), params.len());
        return Err(Failure::new(text));
    }
    params.iter().zip(args).map(|(param, arg)| value(param, arg)).collect()
}

fn value(param: &Param, arg: &str) -> Result<DynSolValue, Failure> {
    let wrong =
        |error: alloy_dyn_abi::Error| Failure::new(format_args!("{arg:?} is no {}: {error}", param.ty));
    let ty: DynSolType = param.resolve().map_err(wrong)?;
    match ty {
        DynSolType::Bytes => Ok(DynSolValue::Bytes(bytes(arg)?)),
        ty => ty.coerce_str(arg).map_err(wrong),
    }
}

/// Hex, or the bytes of `@FILE`.
fn bytes(text: &str) -> Result<Vec<u8>, Failure> {
    match text.strip_prefix('@') {
        Some(path) => Failure::read(path.as_ref()),
        None => hex::decode(text).map_err(|error| {
            let start: String = text.chars().take(20).collect();
            Failure::new(format_args!("{start:?} is not hex: {error}"))
                .hint("for the bytes of a file write @FILE")
        }),
    }
}

/// A value as a person writes it.
fn show(value: &DynSolValue) -> String {
    let list = |values: &[DynSolValue]| values.iter().map(show).collect::<Vec<_>>().join(", ");
    match value {
        DynSolValue::Bool(b) => b.to_string(),
        DynSolValue::Int(i, _) => i.to_string(),
        DynSolValue::Uint(u, _) => u.to_string(),
        DynSolValue::FixedBytes(word, size) => hex::encode_prefixed(word.get(..*size).unwrap_or(&word[..])),
        DynSolValue::Address(address) => address.to_string(),
        DynSolValue::Function(function) => function.to_string(),
        DynSolValue::Bytes(bytes) => hex::encode_prefixed(bytes),
        DynSolValue::String(text) => text.clone(),
        DynSolValue::Array(values) | DynSolValue::FixedArray(values) => format!("[{}]", list(values)),
        DynSolValue::Tuple(values) => format!("({})", list(values)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(sig: &str, args: &[&str]) -> Data {
        Data { calldata: None, sig: Some(sig.into()), args: args.iter().map(|&a| a.into()).collect() }
    }

    #[test]
    fn calldata_of_the_abi_specification() {
        // https://docs.soliditylang.org/en/latest/abi-spec.html#examples
        let baz = data("baz(uint32,bool)", &["69", "true"]).encode().unwrap();
        let words = format!("cdcd77c0{:064x}{:064x}", 0x45, 1);
        assert_eq!(hex::encode(baz), words);
    }

    #[test]
    fn outputs_in_words() {
        let data = data("f() returns (uint8, int16[], bytes)", &[]);
        let output = hex::decode(format!(
            "{:064x}{:064x}{:064x}{:064x}{}{:064x}{}",
            9,
            0x60,
            0xa0,
            1,
            "f".repeat(64),
            2,
            "abcd".to_owned() + &"0".repeat(60)
        ));
        assert_eq!(data.decode(&output.unwrap()).unwrap().unwrap(), ["9", "[-1]", "0xabcd"]);
        assert!(data.decode(&[1]).is_err());
    }

    #[test]
    fn what_does_not_parse_is_said() {
        for (data, says) in [
            (data("f(uint8", &["1"]), "--sig"),
            (data("f(uint8)", &[]), "0 argument(s) given, (uint8) takes 1"),
            (data("f(uint8)", &["red"]), "\"red\" is no uint8"),
            (data("f(bytes)", &["zz"]), "is not hex"),
            (data("f(bytes)", &["@/nowhere"]), "/nowhere"),
        ] {
            let error = data.encode().unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }

    #[test]
    fn contracts_of_both_shapes() {
        let abi = r#"[{"type":"constructor","inputs":[{"name":"model","type":"bytes32"}],"stateMutability":"nonpayable"}]"#;
        let word = format!("0x{:064x}", 7);
        for code in [r#""0x60""#, r#"{"object":"60"}"#] {
            let contract =
                Contract::parse(format!(r#"{{"abi":{abi},"bytecode":{code}}}"#).as_bytes()).unwrap();
            let init = contract.init_code(std::slice::from_ref(&word)).unwrap();
            assert_eq!(hex::encode(init), format!("60{:064x}", 7));
            assert!(contract.init_code(&[]).is_err());
        }
        assert!(Contract::parse(b"{}").is_err());
    }
}
