import Formula

/// Sets a formula as MathML, in the order in which it is written.
///
/// The descriptor's text is read again here because its graph has `silu` and `gelu` written out and
/// numbers folded. The text is known to be a formula, so whatever is not understood gives up and
/// leaves it to the caller to show the text itself.
struct Typesetter {
  private var tokens: [Substring] = []
  private var next = 0
  private var depth = 0
  /// Inside an exponent or index, where fractions are set with a slash.
  private var isSmall = false
  private let lengths: [String: Int]

  /// Longer formulas are no easier to read as mathematics.
  private static let limit = 1000

  /// MathML of "left = formula", in parts between which a line may be broken; nil if it cannot be set.
  static func parts(_ left: String, _ formula: String, _ d: ActivationDescriptor) -> [String]? {
    guard formula.utf8.count <= limit else { return nil }
    var lengths: [String: Int] = [:]
    for parameter in d.parameters where parameter.isVector {
      lengths[parameter.name] = parameter.length(counts: d.defaultCounts)
    }
    var setter = Typesetter(lengths: lengths)
    setter.tokens = split(formula)
    guard let whole = setter.choice(), setter.next == setter.tokens.count else { return nil }
    var terms = whole.rank == .sum ? whole.terms : [whole.markup]
    terms[0] = "<mrow>\(left)<mo>=</mo></mrow>" + terms[0]
    return terms.map { "<math displaystyle=\"true\">\($0)</math>" }
  }

  private init(lengths: [String: Int]) { self.lengths = lengths }

  // MARK: Pieces

  /// How tightly a piece binds, loosest first; a series is a sum sign with its body.
  private enum Rank: Int {
    case choice, comparison, sum, series, product, minus, slash, power, atom
  }

  private struct Piece {
    var markup: String
    var rank: Rank
    /// Of a sum: its terms with their signs.
    var terms: [String] = []
    /// Of a choice: value and condition of each row.
    var rows: [(value: String, condition: String)] = []
    var startsWithDigit = false
    /// A name of several letters or a function stands at its edge, and wants some space beside it.
    var startsWithWord = false
    var endsWithWord = false
  }

  private func grouped(_ piece: Piece, _ least: Rank) -> String {
    piece.rank.rawValue >= least.rawValue
      ? piece.markup : "<mrow><mo>(</mo>\(piece.markup)<mo>)</mo></mrow>"
  }

  // MARK: Grammar

  private mutating func choice() -> Piece? {
    depth += 1
    defer { depth -= 1 }
    guard depth < 100, let first = comparison() else { return nil }
    guard take("?") else { return first }
    guard let value = choice(), take(":"), let other = choice() else { return nil }
    var rows = [(value.markup, "<mtext>if&#xA0;</mtext>" + first.markup)]
    rows += other.rank == .choice ? other.rows : [(other.markup, "<mtext>otherwise</mtext>")]
    let table = rows.map { "<mtr><mtd>\($0.0)</mtd><mtd>\($0.1)</mtd></mtr>" }.joined()
    return Piece(
      markup: "<mrow><mo stretchy=\"true\">{</mo><mtable>\(table)</mtable></mrow>",
      rank: .choice, rows: rows)
  }

  private mutating func comparison() -> Piece? {
    guard let first = sum() else { return nil }
    let symbols = ["<=": "≤", ">=": "≥", "==": "=", "!=": "≠", "<": "&lt;", ">": "&gt;"]
    guard let symbol = symbols[String(peek)] else { return first }
    next += 1
    guard let second = sum() else { return nil }
    return Piece(markup: first.markup + operation(symbol) + second.markup, rank: .comparison)
  }

  private mutating func sum() -> Piece? {
    guard let first = product() else { return nil }
    guard peek == "+" || peek == "-" else { return first }
    var terms = [grouped(first, .product)]
    while peek == "+" || peek == "-" {
      var isPlus = peek == "+"
      next += 1
      guard let term = product() else { return nil }
      var inner = isPlus && term.rank == .sum ? term.terms : [grouped(term, .series)]
      // "a + -b" is a - b.
      if inner[0].hasPrefix(Self.minus) {
        inner[0].removeFirst(Self.minus.count)
        isPlus.toggle()
      }
      terms.append(operation(isPlus ? "+" : "−") + inner[0])
      terms += inner.dropFirst()
    }
    return Piece(markup: terms.joined(), rank: .sum, terms: terms)
  }

  private mutating func product() -> Piece? {
    guard var result = signed() else { return nil }
    while peek == "*" || peek == "/" {
      let isQuotient = peek == "/"
      next += 1
      guard let factor = signed() else { return nil }
      if isQuotient {
        result = quotient(result, factor)
        continue
      }
      let left = grouped(result, result.rank == .slash ? .power : .product)
      var sign = "<mo>&#x2062;</mo>"
      // A fraction behind an exponent would look like a part of it.
      let isClose = result.markup.hasSuffix("</msup>") && factor.markup.hasPrefix("<mfrac>")
      if factor.startsWithDigit || isClose { sign = "<mo>⋅</mo>" }
      let isChain = factor.rank == .product && !factor.markup.hasPrefix(Self.minus)
      if result.endsWithWord || factor.startsWithWord { sign += "<mspace width=\"0.17em\"/>" }
      result = Piece(
        markup: left + sign + grouped(factor, isChain ? .product : .power),
        rank: .product,
        startsWithDigit: result.startsWithDigit, startsWithWord: result.startsWithWord,
        endsWithWord: factor.endsWithWord)
    }
    return result
  }

  private func quotient(_ above: Piece, _ below: Piece) -> Piece {
    // "1/2" keeps its line even in an exponent.
    guard isSmall, above.rank != .atom || below.rank != .atom || !above.startsWithDigit else {
      return Piece(
        markup: "<mfrac><mrow>\(above.markup)</mrow><mrow>\(below.markup)</mrow></mfrac>",
        rank: .power)
    }
    return Piece(
      markup: grouped(above, .product) + "<mo>/</mo>" + grouped(below, .power), rank: .slash)
  }

  private static let minus = "<mo form=\"prefix\">−</mo>"

  private mutating func signed() -> Piece? {
    guard take("-") else { return power() }
    depth += 1
    defer { depth -= 1 }
    guard depth < 100, let operand = signed() else { return nil }
    return Piece(
      markup: Self.minus + grouped(operand, .product), rank: .minus,
      endsWithWord: operand.endsWithWord)
  }

  private mutating func power() -> Piece? {
    guard let base = atom() else { return nil }
    guard take("^") else { return base }
    guard let exponent = small({ $0.signed() }) else { return nil }
    return Piece(
      markup: "<msup><mrow>\(grouped(base, .atom))</mrow><mrow>\(exponent.markup)</mrow></msup>",
      rank: .power, startsWithDigit: base.startsWithDigit, startsWithWord: base.startsWithWord)
  }

  private mutating func atom() -> Piece? {
    guard next < tokens.count else { return nil }
    let token = tokens[next]
    next += 1
    if token == "(" {
      guard let inside = choice(), take(")") else { return nil }
      return inside
    }
    guard let letter = token.unicodeScalars.first else { return nil }
    if letter.properties.numericType != nil {
      if let root = Self.roots[String(token)] { return Piece(markup: root, rank: .atom) }
      let isPower = token.contains { $0 == "e" || $0 == "E" }
      return Piece(
        markup: Self.number(token), rank: isPower ? .product : .atom, startsWithDigit: true)
    }
    guard letter == "_" || letter.properties.isAlphabetic else { return nil }
    if take("[") {
      guard let index = small({ $0.choice() }), take("]") else { return nil }
      return Piece(
        markup: "<msub>\(Self.name(token))<mrow>\(index.markup)</mrow></msub>", rank: .atom)
    }
    if take("(") { return call(token) }
    let isWord = Self.letter(token) == nil
    return Piece(
      markup: Self.name(token), rank: .atom, startsWithWord: isWord, endsWithWord: isWord)
  }

  // MARK: Functions

  private mutating func call(_ name: Substring) -> Piece? {
    switch name {
    case "exp":
      guard let end = closing(), end - next <= 16 else { break }
      guard let exponent = small({ $0.choice() }), take(")") else { return nil }
      return Piece(
        markup: "<msup><mi>e</mi><mrow>\(exponent.markup)</mrow></msup>", rank: .power)
    case "sqrt":
      guard let inside = choice(), take(")") else { return nil }
      return Piece(markup: "<msqrt>\(inside.markup)</msqrt>", rank: .atom)
    case "abs":
      guard let inside = choice(), take(")") else { return nil }
      return Piece(markup: "<mrow><mo>|</mo>\(inside.markup)<mo>|</mo></mrow>", rank: .atom)
    case "floor":
      guard let inside = choice(), take(")") else { return nil }
      return Piece(markup: "<mrow><mo>⌊</mo>\(inside.markup)<mo>⌋</mo></mrow>", rank: .atom)
    case "sum": return series()
    case "poly": return polynomial()
    default: break
    }
    var arguments: [String] = []
    repeat {
      guard let argument = choice() else { return nil }
      arguments.append(argument.markup)
    } while take(",")
    guard take(")") else { return nil }
    let list = arguments.joined(separator: "<mo separator=\"true\">,</mo>")
    func applied(_ function: String) -> String {
      "<mrow>\(function)<mo>&#x2061;</mo><mrow><mo>(</mo>\(list)<mo>)</mo></mrow></mrow>"
    }
    switch name {
    case "expm1":
      let terms = ["<msup><mi>e</mi><mrow>\(list)</mrow></msup>", operation("−") + "<mn>1</mn>"]
      return Piece(markup: terms.joined(), rank: .sum, terms: terms)
    case "log": return function(applied("<mi>ln</mi>"))
    case "log1p":
      let inside = "<mrow><mo>(</mo><mn>1</mn><mo>+</mo>\(list)<mo>)</mo></mrow>"
      return function("<mi>ln</mi><mo>&#x2061;</mo>" + inside)
    case "sigmoid": return function(applied("<mi>σ</mi>"))
    default: return function(applied("<mi mathvariant=\"normal\">\(name)</mi>"))
    }
  }

  private func function(_ markup: String) -> Piece {
    Piece(markup: markup, rank: .atom, startsWithWord: true, endsWithWord: true)
  }

  /// `sum(k, lower, upper, body)`, its parenthesis open.
  private mutating func series() -> Piece? {
    guard next < tokens.count else { return nil }
    let variable = Self.name(tokens[next])
    next += 1
    guard take(","), let lower = small({ $0.choice() }), take(","),
      let upper = small({ $0.choice() }), take(","), let body = choice(), take(")")
    else { return nil }
    return series(variable, lower.markup, upper.markup, grouped(body, .product))
  }

  /// `poly(a, x)`, its parenthesis open.
  private mutating func polynomial() -> Piece? {
    guard next < tokens.count, let length = lengths[String(tokens[next])] else { return nil }
    let coefficients = Self.name(tokens[next])
    next += 1
    guard take(","), let x = choice(), take(")") else { return nil }
    let k = "<mi>k</mi>"
    return series(
      k, "<mn>0</mn>", "<mn>\(length - 1)</mn>",
      "<msub>\(coefficients)\(k)</msub><mo>&#x2062;</mo><msup><mrow>\(grouped(x, .atom))</mrow>\(k)</msup>"
    )
  }

  private func series(_ variable: String, _ lower: String, _ upper: String, _ body: String)
    -> Piece
  {
    Piece(
      markup: "<mrow><munderover><mo>∑</mo><mrow>\(variable)<mo>=</mo>\(lower)</mrow>"
        + "<mrow>\(upper)</mrow></munderover>\(body)</mrow>",
      rank: .series, startsWithWord: true)
  }

  // MARK: Tokens

  private var peek: Substring { next < tokens.count ? tokens[next] : "" }

  private mutating func take(_ token: Substring) -> Bool {
    guard peek == token else { return false }
    next += 1
    return true
  }

  /// The place of the parenthesis that closes the one before `next`.
  private func closing() -> Int? {
    var open = 1
    for place in next..<tokens.count {
      if tokens[place] == "(" { open += 1 }
      if tokens[place] == ")" { open -= 1 }
      if open == 0 { return place }
    }
    return nil
  }

  private mutating func small(_ read: (inout Typesetter) -> Piece?) -> Piece? {
    let before = isSmall
    isSmall = true
    defer { isSmall = before }
    return read(&self)
  }

  /// Between two operands, also where it opens a line.
  private func operation(_ symbol: String) -> String { "<mo form=\"infix\">\(symbol)</mo>" }

  private static func split(_ formula: String) -> [Substring] {
    var tokens: [Substring] = []
    var rest = formula[...]
    func isPart(_ c: Character) -> Bool { c.isLetter || c.isNumber || c == "_" }
    while let first = rest.first {
      var end = rest.index(after: rest.startIndex)
      if first.isNumber {
        while end < rest.endIndex {
          let c = rest[end]
          let isSign = (c == "-" || c == "+") && "eE".contains(rest[rest.index(before: end)])
          guard isPart(c) || c == "." || isSign else { break }
          end = rest.index(after: end)
        }
      } else if isPart(first) {
        while end < rest.endIndex, isPart(rest[end]) { end = rest.index(after: end) }
      } else if "<>=!".contains(first), end < rest.endIndex, rest[end] == "=" {
        end = rest.index(after: end)
      }
      if !first.isWhitespace { tokens.append(rest[..<end]) }
      rest = rest[end...]
    }
    return tokens
  }

  // MARK: Letters

  private static let greek = [
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "eps": "ε", "epsilon": "ε",
    "theta": "θ", "lambda": "λ", "mu": "μ", "pi": "π", "rho": "ρ", "tau": "τ", "phi": "φ",
    "omega": "ω",
  ]

  /// The one letter that a name stands for, if it does.
  private static func letter(_ name: Substring) -> String? {
    greek[String(name)] ?? (name.count == 1 ? String(name) : nil)
  }

  /// A name: "alpha" as the letter, "p1" with an index, "slope" as a word.
  static func name(_ name: Substring) -> String {
    if let letter = letter(name) { return "<mi>\(letter)</mi>" }
    let stem = name.prefix { !$0.isNumber }
    let digits = name.dropFirst(stem.count)
    if !digits.isEmpty, digits.allSatisfy(\.isNumber), let letter = letter(stem) {
      return "<msub><mi>\(letter)</mi><mn>\(digits)</mn></msub>"
    }
    return "<mi mathvariant=\"normal\">\(name)</mi>"
  }

  /// What derivatives of erf and its relatives hold, rounded.
  private static let roots: [String: String] = {
    let two = "<msqrt><mn>2</mn></msqrt>"
    let gauss = "<msqrt><mrow><mn>2</mn><mo>/</mo><mi>π</mi></mrow></msqrt>"
    let bell = "<mfrac><mn>2</mn><msqrt><mi>π</mi></msqrt></mfrac>"
    return [
      "1.4142135623730951": two, "0.7978845608028653": gauss, "0.7978845608028654": gauss,
      "1.1283791670955126": bell, "1.5957691216057308": "<mrow><mn>2</mn>\(gauss)</mrow>",
    ]
  }()

  /// A number with at most seven digits; three points say that there are more.
  private static func number(_ text: Substring) -> String {
    let parts = text.lowercased().split(separator: "e", maxSplits: 1)
    var mantissa = parts[0]
    if mantissa.contains("."), mantissa.count > 9 { mantissa = mantissa.prefix(8) + "…" }
    let number = "<mn>\(mantissa)</mn>"
    guard parts.count == 2 else { return number }
    let exponent = parts[1].hasPrefix("+") ? parts[1].dropFirst() : parts[1]
    let power = "<mn>\(exponent.replacing("-", with: "−"))</mn>"
    return "<mrow>\(number)<mo>⋅</mo><msup><mn>10</mn>\(power)</msup></mrow>"
  }
}
