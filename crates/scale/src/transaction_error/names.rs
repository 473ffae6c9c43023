//! Names of errors that metadata does not have, or did not have once.

/// `sp_runtime::transaction_validity::InvalidTransaction`, by index.
pub(super) const INVALID: [&str; 13] = [
    "Call",
    "Payment",
    "Future",
    "Stale",
    "BadProof",
    "AncientBirthBlock",
    "ExhaustsResources",
    "Custom",
    "BadMandatory",
    "MandatoryValidation",
    "BadSigner",
    "IndeterminateImplicit",
    "UnknownOrigin",
];

/// `sp_runtime::transaction_validity::UnknownTransaction`, by index.
pub(super) const UNKNOWN: [&str; 3] = ["CannotLookup", "NoUnsignedValidator", "Custom"];

/// Subtensor's custom codes of invalid transactions: `CustomTransactionError` in its `common/src/transaction_error.rs`.
/// Codes were added over time; none has changed its meaning.
pub(super) const SUBTENSOR: [(u8, &str); 42] = [
    (0, "ColdkeyInSwapSchedule"),
    (1, "StakeAmountTooLow"),
    (2, "BalanceTooLow"),
    (3, "SubnetNotExists"),
    (4, "HotkeyAccountDoesntExist"),
    (5, "NotEnoughStakeToWithdraw"),
    (6, "RateLimitExceeded"),
    (7, "InsufficientLiquidity"),
    (8, "SlippageTooHigh"),
    (9, "TransferDisallowed"),
    (10, "HotKeyNotRegisteredInNetwork"),
    (11, "InvalidIpAddress"),
    (12, "ServingRateLimitExceeded"),
    (13, "InvalidPort"),
    (14, "ZeroMaxAmount"),
    (15, "InvalidRevealRound"),
    (16, "CommitNotFound"),
    (17, "CommitBlockNotInRevealRange"),
    (18, "InputLengthsUnequal"),
    (19, "UidNotFound"),
    (20, "EvmKeyAssociateRateLimitExceeded"),
    (21, "ColdkeySwapDisputed"),
    (22, "InvalidRealAccount"),
    (23, "FailedShieldedTxParsing"),
    (24, "InvalidShieldedTxPubKeyHash"),
    (25, "CommitRevealEnabled"),
    (26, "CommitRevealDisabled"),
    (27, "NonAssociatedColdKey"),
    (28, "InvalidIpType"),
    (29, "IncorrectCommitRevealVersion"),
    (30, "CommittingWeightsTooFast"),
    (31, "TooManyUnrevealedCommits"),
    (32, "NewHotKeyIsSameWithOld"),
    (33, "HotKeyAlreadyRegisteredInSubNet"),
    (34, "NotEnoughBalanceToPaySwapHotKey"),
    (35, "HotKeySwapOnSubnetIntervalNotPassed"),
    (36, "DelegateTakeTooLow"),
    (37, "DelegateTakeTooHigh"),
    (38, "InvalidWorkBlock"),
    (39, "InvalidDifficulty"),
    (40, "InvalidSeal"),
    (255, "BadRequest"),
];
