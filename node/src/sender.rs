//! Signed transactions.

use crate::failure::Failure;
use alloy_consensus::{SignableTransaction, TxEip1559};
use alloy_primitives::{Address, Bytes, TxKind, U256};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use isocortex_consensus::{BlockApp, Chain, Recovered, TxEnvelope, validity};
use isocortex_vm::{CallRequest, Outcome};

/// EIP-7825: the most gas that a transaction may ask for.
pub const TX_GAS: u64 = 1 << 24;
/// Wei a unit of gas for the block's beneficiary.
const TIP: u128 = 1_000_000_000;
/// A transaction still gets in after the base fee has grown this much: full blocks 23 times in a row.
const FEE_ROOM: u128 = 16;

/// A key that signs EIP-1559 transactions for one chain, with nonces that follow one another.
#[derive(Clone, Debug)]
pub struct Sender {
    signer: PrivateKeySigner,
    chain_id: u64,
    nonce: u64,
    max_fee: u128,
}

impl Sender {
    /// A sender whose first nonce is the account's at the head.
    ///
    /// # Errors
    /// The node's fault.
    pub fn new(chain: &Chain, signer: PrivateKeySigner) -> Result<Self, Failure> {
        let account = chain.store().account(signer.address()).map_err(Failure::new)?;
        let nonce = account.map_or(0, |account| account.nonce);
        let mut sender = Self { signer, chain_id: chain.spec().chain_id(), nonce, max_fee: 0 };
        sender.refresh(chain)?;
        Ok(sender)
    }

    /// Follows the base fee. Needed where many full blocks lie between two signatures.
    ///
    /// # Errors
    /// The node's fault.
    pub fn refresh(&mut self, chain: &Chain) -> Result<(), Failure> {
        let head = chain.head_header()?;
        let next = validity::derive(chain.spec(), &head, head.timestamp.saturating_add(1));
        let base_fee = next.base_fee.unwrap_or_default();
        self.max_fee = u128::from(base_fee).saturating_mul(FEE_ROOM).saturating_add(TIP);
        Ok(())
    }

    /// The account.
    pub fn address(&self) -> Address {
        self.signer.address()
    }

    /// Where the next transaction would create a contract.
    pub fn next_contract(&self) -> Address {
        self.address().create(self.nonce)
    }

    /// Signs the next transaction.
    ///
    /// # Errors
    /// None that a correct program has.
    pub fn sign(
        &mut self,
        to: TxKind,
        value: U256,
        input: Bytes,
        gas: u64,
    ) -> Result<Recovered<TxEnvelope>, Failure> {
        let tx = TxEip1559 {
            chain_id: self.chain_id,
            nonce: self.nonce,
            gas_limit: gas,
            max_fee_per_gas: self.max_fee,
            max_priority_fee_per_gas: TIP,
            to,
            value,
            access_list: Default::default(),
            input,
        };
        let signature = self.signer.sign_hash_sync(&tx.signature_hash()).map_err(Failure::new)?;
        self.nonce = self.nonce.saturating_add(1);
        Ok(Recovered::new_unchecked(TxEnvelope::Eip1559(tx.into_signed(signature)), self.address()))
    }

    /// Signs a transaction with as much gas as it took when tried on the head.
    ///
    /// # Errors
    /// [`Failure::refused`] with the reason where it would fail, so that nobody pays for that.
    pub fn sign_tried(
        &mut self,
        chain: &Chain,
        to: TxKind,
        value: U256,
        input: Bytes,
    ) -> Result<Recovered<TxEnvelope>, Failure> {
        let gas = self.estimate(chain, to, value, input.clone())?;
        self.sign(to, value, input, gas)
    }

    /// Gas that a transaction needs on the head: what it used, and an eighth more, since a call hands on no
    /// more than 63/64 of what is left (EIP-150) and refunds come only at the end.
    ///
    /// # Errors
    /// As [`sign_tried`](Self::sign_tried).
    pub fn estimate(&self, chain: &Chain, to: TxKind, value: U256, data: Bytes) -> Result<u64, Failure> {
        let request = CallRequest {
            from: self.address(),
            to: to.to().copied(),
            value,
            data,
            gas: Some(TX_GAS),
            ..CallRequest::default()
        };
        match chain.call(&request)?.outcome {
            Outcome::Success { gas_used, .. } => Ok((gas_used + gas_used / 8 + 10_000).min(TX_GAS)),
            outcome => Err(Failure::refused(crate::chain::explain(&outcome))),
        }
    }
}
