//! Why the pool refuses a transaction.

use sp_core::H256;
use sp_runtime::transaction_validity::{InvalidTransaction, TransactionValidityError, UnknownTransaction};

use crate::engine::ExecutionError;

/// A refusal, worded as a node words it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PoolError {
    #[error("Extrinsic has invalid format: {0}")]
    Format(parity_scale_codec::Error),
    #[error("Verification Error: Execution failed: {0}")]
    Verification(#[from] ExecutionError),
    #[error("Invalid Transaction")]
    Invalid(InvalidTransaction),
    #[error("Unknown Transaction Validity")]
    Unknown(UnknownTransaction),
    #[error("Transaction is temporarily banned")]
    TemporarilyBanned,
    #[error("Transaction Already Imported")]
    AlreadyImported(H256),
    #[error("Priority is too low: ({old} vs {new})")]
    TooLowPriority { old: u64, new: u64 },
    #[error("Immediately Dropped")]
    ImmediatelyDropped,
    #[error("No tags provided")]
    NoTagsProvided,
}

impl From<TransactionValidityError> for PoolError {
    fn from(error: TransactionValidityError) -> Self {
        match error {
            TransactionValidityError::Invalid(invalid) => Self::Invalid(invalid),
            TransactionValidityError::Unknown(unknown) => Self::Unknown(unknown),
        }
    }
}

impl PoolError {
    /// The code a node gives it.
    pub(crate) fn code(&self) -> i32 {
        match self {
            Self::Format(_) => 1001,
            Self::Verification(_) => 1002,
            Self::Invalid(_) => 1010,
            Self::Unknown(_) => 1011,
            Self::TemporarilyBanned => 1012,
            Self::AlreadyImported(_) => 1013,
            Self::TooLowPriority { .. } => 1014,
            Self::ImmediatelyDropped => 1016,
            Self::NoTagsProvided => 1019,
        }
    }

    /// What a node adds to the message.
    pub(crate) fn data(&self) -> Option<String> {
        match self {
            Self::Invalid(InvalidTransaction::Custom(code)) => Some(format!("Custom error: {code}")),
            Self::Invalid(invalid) => Some(<&'static str>::from(*invalid).to_owned()),
            Self::Unknown(unknown) => Some(format!("{unknown:?}")),
            Self::AlreadyImported(hash) => Some(format!("{hash:?}")),
            Self::TooLowPriority { .. } => Some(
                "The transaction has too low priority to replace another transaction already in the pool."
                    .to_owned(),
            ),
            Self::ImmediatelyDropped => {
                Some("The transaction couldn't enter the pool because of the limit".to_owned())
            }
            Self::NoTagsProvided => {
                Some("Transaction does not provide any tags, so the pool can't identify it".to_owned())
            }
            Self::Verification(error) => Some(format!("{error:?}")),
            Self::Format(_) | Self::TemporarilyBanned => None,
        }
    }
}
