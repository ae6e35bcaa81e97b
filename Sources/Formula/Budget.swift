/// What expanding may still cost, in steps of about a tenth of a microsecond.
///
/// A sum of 40 characters can stand for a million terms, and a text has room for thousands of them; so
/// everything that reading a text works out draws on one budget.
struct Budget {
  private let whole: Int
  private var left: Int

  init(_ steps: Int) {
    whole = steps
    left = steps
  }

  /// True after more was asked for than there was.
  var isSpent: Bool { left < 0 }

  mutating func spend(_ steps: Int) throws(FormulaError) {
    left -= steps
    if left < 0 {
      throw FormulaError("writing out the sums takes too many steps; use fewer or shorter sums")
    }
  }

  /// A part for one formula, which `settle` takes off when it is done.
  func part(_ most: Int) -> Budget { Budget(min(most, max(left, 0))) }

  mutating func settle(_ part: Budget) { left -= part.whole - part.left }

  /// What a reader is told whose text has spent it.
  static let sentence =
    "the sums, lengths and initial values of this text take too many steps together "
    + "(\(Limits.readingSteps) are allowed); use fewer or shorter ones"
}
