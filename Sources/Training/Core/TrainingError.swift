/// What went wrong, as one sentence that says what to do next.
public struct TrainingError: Error, CustomStringConvertible, Sendable {
  /// The sentence, without a full stop at the end where it ends in a command.
  public let message: String

  /// An error with its sentence.
  public init(_ message: String) { self.message = message }

  /// The sentence.
  public var description: String { message }
}
