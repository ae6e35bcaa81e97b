/// A function of C that computes an activation's forward pass in the formula's place.
public struct ForeignFunction: Equatable, Sendable {
  /// What is loaded: a name that the loader searches for, or a path.
  public let library: String
  /// The function's name there.
  public let symbol: String
  /// What is handed over, in order.
  public let arguments: [Argument]
  /// True for `void f(..., const float *x, float *y)`, which takes many elements in one call.
  public let isArray: Bool
  /// "f32" or "f64": what x and the result are.
  public let element: String
  /// The declaration as it is written, from the library's name on.
  public let text: String

  /// What C calls an argument.
  public enum CType: Equatable, Sendable {
    case float
    case double
    case int
    case long
    case size
    /// `const float *` or `const double *`: elements are read.
    case input
    /// `float *` or `double *`: elements are written.
    case output
  }

  /// What stands in an argument's place.
  public enum Value: Equatable, Sendable {
    case x
    case g
    case y
    /// How many elements x and y have.
    case count
    /// A scalar parameter, by position.
    case parameter(Int)
    case number(Double)
  }

  /// One place of the declaration.
  public struct Argument: Equatable, Sendable {
    /// Its type.
    public let type: CType
    /// What is passed.
    public let value: Value
  }

  /// Most arguments that a declaration may have.
  public static let maximumArguments = 16
}

/// Reads `LIBRARY RESULT SYMBOL(TYPE VALUE, ...)`, a declaration of C after the library's name.
struct ForeignParser {
  private static let usage = "write: foreign libm.so.6 float tanhf(float x)"
  private static let types =
    "float, double, int, long, size_t, const float *, const double *, float * or double *"

  private var declarations: Declarations
  private let isGated: Bool
  private var cursor: Cursor
  private var arguments: [ForeignFunction.Argument] = []
  /// The types of x, g, y and the result, with the place of each: they have to agree.
  private var elements: [(isDouble: Bool, position: Int)] = []

  static func read(
    _ rest: Cursor, _ declarations: inout Declarations, isGated: Bool
  ) throws(ParseError) -> ForeignFunction {
    var parser = ForeignParser(declarations: declarations, isGated: isGated, cursor: rest)
    let function = try parser.parse()
    declarations.budget = parser.declarations.budget
    return function
  }

  private init(declarations: Declarations, isGated: Bool, cursor: Cursor) {
    (self.declarations, self.isGated, self.cursor) = (declarations, isGated, cursor)
  }

  private mutating func parse() throws(ParseError) -> ForeignFunction {
    var whole = cursor
    let text = whole.acceptFreeText()
    cursor.skipSpace()
    let start = cursor.position
    guard let library = try cursor.acceptToken() else {
      throw cursor.error("the library is missing; \(Self.usage)")
    }
    let resultPlace = skippedSpace()
    let isArray = cursor.acceptWord("void")
    if !isArray { try readResult(resultPlace) }
    let symbolPlace = skippedSpace()
    guard let symbol = cursor.acceptName() else {
      throw cursor.error("the function's name is missing; \(Self.usage)")
    }
    if symbol.utf8.count > 4 * Limits.word {
      throw cursor.error(
        at: symbolPlace, "the function's name is longer than \(4 * Limits.word) characters")
    }
    guard cursor.accept("(") else { throw cursor.error("'(' is missing; \(Self.usage)") }
    repeat { try readArgument(isArray) } while cursor.accept(",")
    guard cursor.accept(")") else {
      throw cursor.error("\(cursor.upcoming()) is not expected here; expected ',' or ')'")
    }
    if !cursor.isAtEndOfStatement {
      throw cursor.error("\(cursor.upcoming()) is not expected here; \(Self.usage)")
    }
    try check(symbol, isArray, at: start)
    return ForeignFunction(
      library: library, symbol: symbol, arguments: arguments, isArray: isArray,
      element: elements[0].isDouble ? "f64" : "f32", text: text)
  }

  private mutating func skippedSpace() -> Int {
    cursor.skipSpace()
    return cursor.position
  }

  private mutating func readResult(_ place: Int) throws(ParseError) {
    let isDouble = cursor.acceptWord("double")
    guard isDouble || cursor.acceptWord("float") else {
      throw cursor.error(
        "\(cursor.upcoming()) is not a result that can be served; "
          + "write float, double, or void for a function that fills an array")
    }
    if cursor.accept("*") {
      throw cursor.error(at: place, "a result is one float or double, not a pointer")
    }
    elements.append((isDouble, place))
  }

  private mutating func readArgument(_ isArray: Bool) throws(ParseError) {
    let place = skippedSpace()
    let isConstant = cursor.acceptWord("const")
    let isDouble = cursor.acceptWord("double")
    var type: ForeignFunction.CType
    if isDouble || cursor.acceptWord("float") {
      type = isDouble ? .double : .float
    } else if isConstant {
      throw cursor.error("\(cursor.upcoming()) cannot be passed; write one of \(Self.types)")
    } else if cursor.acceptWord("int") {
      type = .int
    } else if cursor.acceptWord("long") {
      type = .long
    } else if cursor.acceptWord("size_t") {
      type = .size
    } else {
      throw cursor.error(
        "\(cursor.upcoming()) is not a type that can be passed; write one of \(Self.types)")
    }
    if cursor.accept("*") {
      guard type == .float || type == .double else {
        throw cursor.error(at: place, "only float and double have arrays here")
      }
      guard isArray else {
        throw cursor.error(
          at: place, "an array goes to a function that returns void; its result is y")
      }
      type = isConstant ? .input : .output
    }
    let value = try readValue(type, isArray)
    if value == .x || value == .g || value == .y { elements.append((isDouble, place)) }
    arguments.append(ForeignFunction.Argument(type: type, value: value))
    if arguments.count > ForeignFunction.maximumArguments {
      throw cursor.error(
        at: place, "there are more than \(ForeignFunction.maximumArguments) arguments")
    }
  }

  /// What may stand in a place follows from its type, so that no name is ambiguous.
  private mutating func readValue(
    _ type: ForeignFunction.CType, _ isArray: Bool
  ) throws(ParseError) -> ForeignFunction.Value {
    let place = skippedSpace()
    let start = cursor
    let name = cursor.acceptName()
    if name == nil || name == "pi" {
      cursor = start
      return try readNumber(type)
    }
    let word = name ?? ""
    switch type {
    case .input:
      if word == "x" { return .x }
      if word == "g", isGated { return .g }
      throw cursor.error(
        at: place, "'\(word)' is no array that is read; write x\(isGated ? " or g" : "")")
    case .output:
      if word == "y" { return .y }
      throw cursor.error(at: place, "'\(word)' is no array that is written; write y, or add const")
    case .int, .long, .size:
      if word == "n", isArray { return .count }
      throw cursor.error(
        at: place,
        "'\(word)' is no integer; write a number\(isArray ? ", or n for the number of elements" : "")"
      )
    case .float, .double:
      if word == "x" || (word == "g" && isGated) {
        if isArray { throw cursor.error(at: place, "a function that returns void takes arrays") }
        return word == "x" ? .x : .g
      }
      return try parameter(word, at: place)
    }
  }

  private func parameter(
    _ name: String, at place: Int
  ) throws(ParseError) -> ForeignFunction.Value {
    guard case .parameter(let index) = declarations.symbols.meaning(of: name) else {
      let known = declarations.parameters.map { $0.name }
      throw cursor.error(
        at: place,
        "'\(name)' is neither x nor a parameter; declare it: param \(name) = 1"
          + suggestion(for: name, among: known))
    }
    if declarations.parameters[index].isVector {
      throw cursor.error(
        at: place, "'\(name)' is a vector; a foreign function takes scalar parameters")
    }
    return .parameter(index)
  }

  private mutating func readNumber(
    _ type: ForeignFunction.CType
  ) throws(ParseError) -> ForeignFunction.Value {
    let place = cursor.position
    if cursor.peek() == UInt8(ascii: ",") || cursor.peek() == UInt8(ascii: ")") {
      throw cursor.error(
        at: place,
        "say what is passed here: x, a parameter or a number, as in float tanhf(float x)")
    }
    let value = try readConstant(&cursor, &declarations.budget)
    switch type {
    case .input, .output:
      throw cursor.error(at: place, "an array is x or y, not a number")
    case .int, .long, .size:
      guard value == value.rounded(), abs(value) <= 2_147_483_647, type != .size || value >= 0
      else {
        throw cursor.error(at: place, "an integer is needed here")
      }
    case .float, .double: break
    }
    return .number(value)
  }

  /// What the declaration must have as a whole.
  private func check(_ symbol: String, _ isArray: Bool, at start: Int) throws(ParseError) {
    func passes(_ value: ForeignFunction.Value) -> Bool {
      arguments.contains { $0.value == value }
    }
    func fault(_ text: String) -> ParseError { cursor.error(at: start, text) }
    if !passes(.x) { throw fault("\(symbol) does not get x; \(Self.usage)") }
    if isGated, !passes(.g) {
      throw fault("the formula uses g and \(symbol) does not get it; pass g too")
    }
    if isArray {
      let wanted = "write: foreign libfoo.so void vsErf(int n, const float *x, float *y)"
      if !passes(.y) { throw fault("\(symbol) does not get y, which it has to fill; \(wanted)") }
      if arguments.filter({ $0.value == .y }).count > 1 {
        throw fault("\(symbol) gets y twice; it fills one array")
      }
      if !passes(.count) {
        throw fault("\(symbol) does not get n, the number of elements; \(wanted)")
      }
    }
    for element in elements where element.isDouble != elements[0].isDouble {
      throw cursor.error(
        at: element.position, "x and the result have different types; both are float or both double"
      )
    }
  }
}
