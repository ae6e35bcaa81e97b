/// Starting values: one expression for every coefficient, or a list.
struct Initial: Sendable {
  /// One entry, used for every coefficient, or as many as there are coefficients.
  let expressions: [Expression]
  let isList: Bool

  /// The number that all coefficients start with, if there is one.
  var constant: Double? { isList ? nil : expressions[0].constant?.value }

  /// The values for a parameter of `length` coefficients; a list that is too short goes on with 0.
  func values(length: Int, counts: [Int]) -> [Double] {
    var budget = Budget(Limits.readingSteps)
    return values(length: length, counts: counts, spending: &budget)
  }

  /// The same on a budget; NaN for what cannot be worked out.
  func values(length: Int, counts: [Int], spending budget: inout Budget) -> [Double] {
    if let constant { return [Double](repeating: constant, count: max(length, 0)) }
    var values: [Double] = []
    for k in 0..<max(length, 0) {
      if isList, k >= expressions.count {
        values.append(0)
      } else {
        let expression = expressions[isList ? k : 0]
        values.append(expression.number(counts: counts, index: k, spending: &budget) ?? .nan)
      }
    }
    return values
  }
}
