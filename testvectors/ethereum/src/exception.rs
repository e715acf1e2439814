//! The tests' names of what makes a block or transaction invalid, and our errors that stand for them.

use isocortex_consensus::Invalid;
use isocortex_vm::Rejection;
use revm::context_interface::result::InvalidTransaction as Tx;

/// Whether a refusal is the one that a test names; `expected` may give several, separated by `|`.
pub(crate) fn is_expected(refusal: &Invalid, expected: &str) -> bool {
    let ours = names(refusal);
    expected.split('|').any(|name| {
        ours.iter().any(|ours| match ours.strip_suffix('*') {
            Some(prefix) => name.starts_with(prefix),
            None => name == *ours,
        })
    })
}

/// The names that a refusal stands for; one that ends in `*` is all with that beginning.
fn names(refusal: &Invalid) -> &'static [&'static str] {
    match refusal {
        Invalid::Field { field, got, .. } => field_names(field, got),
        Invalid::Transaction { reason, .. } => rejection_names(reason),
        Invalid::Ommer(_) => &["BlockException.TOO_MANY_UNCLES", "BlockException.UNCLE_*"],
        Invalid::Malformed(_) => &[
            "BlockException.RLP_*",
            "BlockException.INCORRECT_BLOCK_FORMAT",
            // What does not fit the types is no transaction at all.
            "TransactionException.RLP_*",
            "TransactionException.TYPE_3_TX_CONTRACT_CREATION",
            "TransactionException.TYPE_4_TX_CONTRACT_CREATION",
            "TransactionException.GASLIMIT_PRICE_PRODUCT_OVERFLOW",
        ],
        Invalid::Execution(reason) if reason.contains("deposit") => {
            &["BlockException.INVALID_DEPOSIT_EVENT_LAYOUT"]
        }
        Invalid::Execution(reason) if reason.contains("no code") => &["BlockException.SYSTEM_CONTRACT_EMPTY"],
        Invalid::Execution(_) => &["BlockException.SYSTEM_CONTRACT_CALL_FAILED"],
    }
}

fn field_names(field: &str, got: &str) -> &'static [&'static str] {
    match field {
        // A field before its fork, or none from its fork on.
        _ if got == "absent" || got == "present" => &[
            "BlockException.INCORRECT_BLOCK_FORMAT",
            "BlockException.INVALID_BASEFEE_PER_GAS",
            "BlockException.INCORRECT_EXCESS_BLOB_GAS",
            "BlockException.INCORRECT_BLOB_GAS_USED",
        ],
        "parent hash" => &["BlockException.UNKNOWN_PARENT*"],
        "number" => &["BlockException.INVALID_BLOCK_NUMBER"],
        "timestamp" => &["BlockException.INVALID_BLOCK_TIMESTAMP_OLDER_THAN_PARENT"],
        "gas limit" => &["BlockException.INVALID_GASLIMIT", "BlockException.GASLIMIT_TOO_BIG"],
        "gas used" => &["BlockException.INVALID_GAS_USED*", "BlockException.GAS_USED_OVERFLOW"],
        "extra data" => &["BlockException.EXTRA_DATA_*"],
        "difficulty" => &["BlockException.INVALID_DIFFICULTY", "BlockException.IMPORT_IMPOSSIBLE_*"],
        "ommers hash" => &["BlockException.INVALID_UNCLES_HASH"],
        "ommers" => &["BlockException.IMPORT_IMPOSSIBLE_UNCLES_OVER_PARIS"],
        "base fee" => &["BlockException.INVALID_BASEFEE_PER_GAS"],
        "excess blob gas" => &["BlockException.INCORRECT_EXCESS_BLOB_GAS"],
        "blob gas used" => {
            &["BlockException.INCORRECT_BLOB_GAS_USED", "BlockException.BLOB_GAS_USED_ABOVE_LIMIT"]
        }
        "transactions root" => &["BlockException.INVALID_TRANSACTIONS_ROOT"],
        "withdrawals root" => &["BlockException.INVALID_WITHDRAWALS_ROOT"],
        "receipts root" => &["BlockException.INVALID_RECEIPTS_ROOT"],
        "logs bloom" => &["BlockException.INVALID_LOG_BLOOM"],
        "requests hash" => &["BlockException.INVALID_REQUESTS"],
        "state root" => &["BlockException.INVALID_STATE_ROOT"],
        "size" => &["BlockException.RLP_BLOCK_LIMIT_EXCEEDED"],
        _ => &[],
    }
}

fn rejection_names(reason: &Rejection) -> &'static [&'static str] {
    match reason {
        Rejection::BlockFull { .. } => &["TransactionException.GAS_ALLOWANCE_EXCEEDED"],
        Rejection::BlobsFull { .. } => &[
            "TransactionException.TYPE_3_TX_MAX_BLOB_GAS_ALLOWANCE_EXCEEDED",
            "TransactionException.TYPE_3_TX_BLOB_COUNT_EXCEEDED",
            "BlockException.BLOB_GAS_USED_ABOVE_LIMIT",
            // Before Cancun no block has room for a blob.
            "TransactionException.TYPE_3_TX_PRE_FORK",
        ],
        Rejection::Signature(_) => {
            &["TransactionException.INVALID_SIGNATURE_VRS", "TransactionException.EC_*"]
        }
        Rejection::Protected => {
            &["TransactionException.INVALID_SIGNATURE_VRS", "TransactionException.INVALID_CHAINID"]
        }
        Rejection::Sidecar => &["TransactionException.TYPE_3_TX_WITH_FULL_BLOBS"],
        Rejection::BytesFull { .. } => &[],
        Rejection::Invalid(reason) => invalid_names(reason),
    }
}

fn invalid_names(reason: &Tx) -> &'static [&'static str] {
    match reason {
        Tx::PriorityFeeGreaterThanMaxFee => &[
            "TransactionException.PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS",
            "TransactionException.PRIORITY_OVERFLOW",
        ],
        Tx::GasPriceLessThanBasefee => &["TransactionException.INSUFFICIENT_MAX_FEE_PER_GAS"],
        Tx::CallerGasLimitMoreThanBlock => &["TransactionException.GAS_ALLOWANCE_EXCEEDED"],
        Tx::CallGasCostMoreThanGasLimit { .. } => &["TransactionException.INTRINSIC_GAS_TOO_LOW"],
        Tx::GasFloorMoreThanGasLimit { .. } => &[
            "TransactionException.INTRINSIC_GAS_BELOW_FLOOR_GAS_COST",
            "TransactionException.INTRINSIC_GAS_TOO_LOW",
        ],
        Tx::RejectCallerWithCode => &["TransactionException.SENDER_NOT_EOA"],
        Tx::LackOfFundForMaxFee { .. } => &["TransactionException.INSUFFICIENT_ACCOUNT_FUNDS"],
        Tx::OverflowPaymentInTransaction => &[
            "TransactionException.GASLIMIT_PRICE_PRODUCT_OVERFLOW",
            "TransactionException.INSUFFICIENT_ACCOUNT_FUNDS",
        ],
        Tx::NonceOverflowInTransaction => &["TransactionException.NONCE_IS_MAX"],
        Tx::NonceTooHigh { .. } => &["TransactionException.NONCE_MISMATCH_TOO_HIGH"],
        Tx::NonceTooLow { .. } => &["TransactionException.NONCE_MISMATCH_TOO_LOW"],
        Tx::CreateInitCodeSizeLimit => &["TransactionException.INITCODE_SIZE_EXCEEDED"],
        Tx::InvalidChainId | Tx::MissingChainId => &["TransactionException.INVALID_CHAINID"],
        Tx::TxGasLimitGreaterThanCap { .. } => &["TransactionException.GAS_LIMIT_EXCEEDS_MAXIMUM"],
        Tx::AccessListNotSupported | Tx::Eip2930NotSupported => &["TransactionException.TYPE_1_TX_PRE_FORK"],
        Tx::Eip1559NotSupported => &["TransactionException.TYPE_2_TX_PRE_FORK"],
        Tx::MaxFeePerBlobGasNotSupported | Tx::BlobVersionedHashesNotSupported | Tx::Eip4844NotSupported => {
            &["TransactionException.TYPE_3_TX_PRE_FORK"]
        }
        Tx::BlobGasPriceGreaterThanMax { .. } => &["TransactionException.INSUFFICIENT_MAX_FEE_PER_BLOB_GAS"],
        Tx::EmptyBlobs => &["TransactionException.TYPE_3_TX_ZERO_BLOBS*"],
        Tx::BlobCreateTransaction => &["TransactionException.TYPE_3_TX_CONTRACT_CREATION"],
        Tx::TooManyBlobs { .. } => &[
            "TransactionException.TYPE_3_TX_BLOB_COUNT_EXCEEDED",
            "TransactionException.TYPE_3_TX_MAX_BLOB_GAS_ALLOWANCE_EXCEEDED",
        ],
        Tx::BlobVersionNotSupported => &["TransactionException.TYPE_3_TX_INVALID_BLOB_VERSIONED_HASH"],
        Tx::AuthorizationListNotSupported | Tx::Eip7702NotSupported => {
            &["TransactionException.TYPE_4_TX_PRE_FORK"]
        }
        Tx::EmptyAuthorizationList => &["TransactionException.TYPE_4_EMPTY_AUTHORIZATION_LIST"],
        Tx::AuthorizationListInvalidFields => &["TransactionException.TYPE_4_INVALID_*"],
        _ => &[],
    }
}
