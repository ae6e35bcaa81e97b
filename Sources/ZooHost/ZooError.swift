#if !ACTZOO_ONE_MODULE
  public import CActZoo
#else
  import CActZoo
#endif

/// A refusal: one of the statuses of actzoo.h and one sentence that says what is wrong and what to do.
public struct ZooError: Error {
  /// `ACTZOO_UNSUPPORTED`, `ACTZOO_INVALID`, `ACTZOO_NOT_FOUND` or `ACTZOO_FAILED`.
  public let status: actzoo_status
  /// One sentence for people.
  public let message: String

  /// A refusal with its status and sentence.
  public init(status: actzoo_status, message: String) {
    self.status = status
    self.message = message
  }

  static func invalid(_ message: String) -> ZooError { ZooError(status: 2, message: message) }
  static func unsupported(_ message: String) -> ZooError { ZooError(status: 1, message: message) }
  static func notFound(_ message: String) -> ZooError { ZooError(status: 3, message: message) }
  static func failed(_ message: String) -> ZooError { ZooError(status: 4, message: message) }
}

/// What the search for plugins refused or noticed about one file or folder.
///
/// Rules P1 to P14 are plugin.h's. The host's own:
/// H1 a library is never unloaded; H2 the environment is ignored in setuid programs; H3 the ISA level
/// is chosen before loading; H4 search order, sorted, first of an id wins; H5 work is cut by shape;
/// H6 nobody but its owner can write what is loaded; H7 a regular file, a whole library of this machine.
public struct Report {
  /// How bad it is.
  public enum Kind: UInt32 {
    /// The file is not used.
    case refused = 1
    /// An earlier file has the same activation.
    case shadowed = 2
    /// Used, but look at it.
    case warning = 3
  }
  /// How bad it is.
  public let kind: Kind
  /// The file or folder.
  public let path: String
  /// Number of the rule, or empty.
  public let rule: String
  /// One sentence: what is wrong, what to do next.
  public let text: String
}
