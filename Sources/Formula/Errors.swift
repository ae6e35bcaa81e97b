/// A fault in a text, with the place where a reader should look.
public struct ParseError: Error, Equatable, Sendable {
  /// Line of the fault, from 1.
  public let line: Int
  /// Column of the fault in characters (Unicode scalars), from 1.
  public let column: Int
  /// One sentence: what is wrong and what to do about it.
  public let message: String

  /// A fault at a place.
  public init(line: Int, column: Int, message: String) {
    self.line = line
    self.column = column
    self.message = message
  }

  /// The place and the message: "line 3, column 12: unknown name 'epz'; did you mean 'eps'?".
  public var description: String { "line \(line), column \(column): \(message)" }
}

/// Why an expression could not be expanded, differentiated or compiled.
public struct FormulaError: Error, Equatable, Sendable {
  /// One sentence: what is wrong and what to do about it.
  public let message: String

  /// A fault without a place.
  public init(_ message: String) { self.message = message }

  /// The message.
  public var description: String { message }
}

/// Bounds that keep work and memory linear in the text, whatever the text says.
public enum Limits {
  /// Bytes of one descriptor text.
  public static let textBytes = 1 << 20
  /// Nesting of parentheses, minus signs, powers and choices in one formula.
  public static let depth = 100
  /// Distinct operations of one formula as written.
  public static let formulaNodes = 8192
  /// Distinct operations after sums are expanded, of a derivative and of a program.
  public static let expandedNodes = 1 << 18
  /// Steps spent on expanding the sums of one formula.
  public static let expansionSteps = 1 << 20
  /// Steps spent on all formulas, lengths, numbers and initial values of a text while it is read.
  public static let readingSteps = 1 << 22
  /// Sums inside sums.
  public static let sumDepth = 8
  /// Largest value of a count and largest number of coefficients of a parameter.
  public static let count = 65_536
  /// Characters of a number and of a name.
  public static let word = 64
  /// Activations, and statements of one kind in an activation.
  public static let statements = 4096
}
