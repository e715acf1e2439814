//! Where Ethereum's rules on blocks go beyond alloy-evm's executor.

use crate::ChainSpec;
use alloy_consensus::ReceiptEnvelope;
use alloy_eips::{eip6110::MAINNET_DEPOSIT_CONTRACT_ADDRESS, eip7002, eip7251};
use alloy_evm::{
    Evm,
    block::{BlockExecutionError, BlockValidationError, StateDB},
    eth::{dao_fork, eip6110, spec::EthExecutorSpec},
};
use alloy_hardforks::{EthereumHardfork, EthereumHardforks, ForkCondition};
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolEvent;
use revm::{
    Database, DatabaseCommit,
    context::Block,
    database_interface::DatabaseCommitExt,
    state::{Account, TransactionId},
};

/// The chain's rules as alloy-evm's executor is to see them: it would move the DAO's ether at the end of the fork's
/// block, where its transactions have run already; Ethereum moves it at the beginning (EIP-779), as [`dao`] does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WithoutDao<'a>(pub(crate) &'a ChainSpec);

impl EthereumHardforks for WithoutDao<'_> {
    fn ethereum_fork_activation(&self, fork: EthereumHardfork) -> ForkCondition {
        match fork {
            EthereumHardfork::Dao => ForkCondition::Never,
            fork => self.0.ethereum_fork_activation(fork),
        }
    }
}

impl EthExecutorSpec for WithoutDao<'_> {
    fn deposit_contract_address(&self) -> Option<Address> {
        self.0.deposit_contract_address()
    }
}

/// The DAO fork's irregular change of state, in its one block.
pub(crate) fn dao<E: Evm<DB: StateDB>>(evm: &mut E, spec: &ChainSpec) -> Result<(), BlockExecutionError> {
    let number = evm.block().number().saturating_to();
    if !spec.ethereum_fork_activation(EthereumHardfork::Dao).transitions_at_block(number) {
        return Ok(());
    }
    let failed = |_| BlockValidationError::IncrementBalanceFailed;
    let db = evm.db_mut();
    let (mut drained, mut sum) = (Vec::with_capacity(dao_fork::DAO_HARDFORK_ACCOUNTS.len()), 0u128);
    for address in dao_fork::DAO_HARDFORK_ACCOUNTS {
        let mut account = match db.basic(address).map_err(failed)? {
            Some(info) => Account::from(info),
            None => Account::new_not_existing(TransactionId::ZERO),
        };
        // 2^128 wei is more ether than there is.
        sum = sum.saturating_add(std::mem::take(&mut account.info.balance).saturating_to());
        account.mark_touch();
        if account.is_empty() {
            // Empty accounts still exist in this block; a commit drops those that are only touched.
            account.mark_created();
        }
        drained.push((address, account));
    }
    db.commit_iter(&mut drained.into_iter());
    db.increment_balances([(dao_fork::DAO_HARDFORK_BENEFICIARY, sum)]).map_err(failed)?;
    Ok(())
}

/// A block from Prague on is invalid where a contract that it must ask for requests has no code (EIP-7002, EIP-7251).
pub(crate) fn expect_system_contracts<E: Evm<DB: StateDB>>(
    evm: &mut E,
    spec: WithoutDao<'_>,
) -> Result<(), BlockExecutionError> {
    if !spec.is_prague_active_at_timestamp(evm.block().timestamp().saturating_to()) {
        return Ok(());
    }
    let lacks = |evm: &mut E, at: Address| match evm.db_mut().basic(at) {
        Ok(account) => Ok(account.is_none_or(|account| account.is_empty_code_hash())),
        Err(_) => Err(BlockValidationError::IncrementBalanceFailed),
    };
    let message = "there is no code".to_owned();
    if lacks(evm, eip7002::WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS)? {
        return Err(BlockValidationError::WithdrawalRequestsContractCall { message }.into());
    }
    if lacks(evm, eip7251::CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS)? {
        return Err(BlockValidationError::ConsolidationRequestsContractCall { message }.into());
    }
    Ok(())
}

/// Where a deposit's five fields lie in its event's data (EIP-6110): the offset that the ABI writes, and the bytes.
const DEPOSIT: [(usize, usize); 5] = [(160, 48), (256, 32), (320, 8), (384, 96), (512, 8)];
const DEPOSIT_BYTES: usize = 576;

/// A block is invalid where the deposit contract logged a deposit in any other layout than the one that Ethereum's
/// has (EIP-6110). The ABI's decoder would read others too.
pub(crate) fn expect_deposit_layout(
    receipts: &[ReceiptEnvelope],
    spec: WithoutDao<'_>,
    timestamp: u64,
) -> Result<(), BlockExecutionError> {
    if !spec.is_prague_active_at_timestamp(timestamp) {
        return Ok(());
    }
    let contract = spec.deposit_contract_address().unwrap_or(MAINNET_DEPOSIT_CONTRACT_ADDRESS);
    let logs = receipts.iter().flat_map(|receipt| receipt.logs());
    let mut deposits = logs.filter(|log| {
        log.address == contract && log.topics().first() == Some(&eip6110::DepositEvent::SIGNATURE_HASH)
    });
    match deposits.find(|log| !is_deposit(&log.data.data)) {
        None => Ok(()),
        Some(log) => {
            let text = format!("deposit event in another layout: {} bytes", log.data.data.len());
            Err(BlockValidationError::DepositRequestDecode(text).into())
        }
    }
}

fn is_deposit(data: &[u8]) -> bool {
    let word = |at: usize| data.get(at..at + 32).and_then(U256::try_from_be_slice);
    data.len() == DEPOSIT_BYTES
        && DEPOSIT.iter().enumerate().all(|(index, (offset, size))| {
            word(32 * index) == Some(U256::from(*offset)) && word(*offset) == Some(U256::from(*size))
        })
}
