//! Step 2: a chain, two models on it, a contract.

use super::{
    files::{CLASSIFIER, Folder},
    tested::Tested,
};
use crate::{
    abi::Contract,
    accounts,
    backend::{Choice, Kind},
    chain,
    commands::show_blocks,
    failure::Failure,
    genesis,
    sender::Sender,
    ui::{DIM, Ui},
    upload,
};
use alloy_primitives::{Address, TxKind, U256};
use isocortex_consensus::Chain;

/// The chain with models and contract on it.
pub struct Published {
    /// The chain.
    pub chain: Chain,
    /// Users of the chain, who are not the models' author.
    pub users: Vec<Sender>,
    /// The contract.
    pub contract: Address,
}

/// Starts the chain and puts models and contract on it, in signed transactions.
///
/// # Errors
/// What any of it refuses.
pub fn run(folder: &Folder, models: [&Tested; 2], choice: Choice, ui: Ui) -> Result<Published, Failure> {
    let command = |text: String| ui.line(format_args!("{DIM}$ isocortex {text}{DIM:#}"));
    let (file, data) = (folder.path().join("genesis.json"), folder.path().join("chain"));
    command("genesis > genesis.json".into());
    command("init --data chain --genesis genesis.json".into());
    let json = genesis::dev_json()?;
    std::fs::write(&file, &json).map_err(Failure::file(&file))?;
    let chain = Chain::create(&data, &json, choice.engine(Kind::Cpu)?)?;

    let mut senders = accounts::dev()?
        .into_iter()
        .map(|signer| Sender::new(&chain, signer))
        .collect::<Result<Vec<_>, _>>()?;
    let users = senders.split_off(1);
    let Some(author) = senders.first_mut() else { return Err(Failure::new("no development account")) };
    for model in models {
        command(format!("upload {}.iso --data chain --key 0", model.network.name));
        let artifact = &model.converted.artifact;
        let bar = ui.progress("uploading", upload::puts(artifact).len() as u64 + 1);
        let blocks = upload::upload(&chain, author, artifact, &bar)?;
        bar.finish_and_clear();
        show_blocks(ui, &blocks, &[]);
    }
    let [fashion, _] = models;
    let width = fashion.converted.model.output_types().next().map_or(1, |ty| ty.dtype.size());
    let arguments = [fashion.converted.artifact.id().to_string(), width.to_string()];
    command(format!("deploy Classifier.json {} --data chain --key 0", arguments.join(" ")));
    let code = Contract::parse(CLASSIFIER).map_err(Failure::new)?.init_code(&arguments)?;
    author.refresh(&chain)?;
    let contract = author.next_contract();
    let tx = author.sign_tried(&chain, TxKind::Create, U256::ZERO, code)?;
    show_blocks(ui, &chain::seal_good(&chain, vec![tx])?, &[]);
    for model in models {
        let (name, id) = (model.network.name, model.converted.artifact.id());
        let gas = upload::inference_gas(&chain, id)?;
        ui.line(format_args!("{name:14} {id}, {gas} gas an inference"));
    }
    ui.line(format_args!("Classifier     {contract}"));
    Ok(Published { chain, users, contract })
}
