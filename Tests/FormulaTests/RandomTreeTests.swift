import Formula
import Testing

/// What became of one tree at one point.
private struct Outcome {
  var fault: String?
  var derivatives = 0  // compared with hyper-dual numbers
  var differences = 0  // compared with central differences
  var programs = 0  // compared in double
}

private let names = ["x", "g", "p", "q"]
private let variables: [Variable] = [
  .x, .g, .coefficient(parameter: 0, index: 0), .coefficient(parameter: 1, index: 0),
]

/// A point with the two directions seeded.
private func point(_ at: [Double], _ first: Int, _ second: Int) -> Point {
  let seeded = at.enumerated().map { i, v in
    HyperDual(Wide(v), a: i == first ? 1 : 0, b: i == second ? 1 : 0)
  }
  return Point(x: seeded[0], g: seeded[1], parameters: [seeded[2], seeded[3]])
}

/// Compares value, both first derivatives and the mixed second one, at one point.
private func check(_ tree: Tree, at: [Double], by first: Int, _ second: Int) -> Outcome {
  var outcome = Outcome()
  let expressions: [Expression]
  let program: Program
  do {
    let symbols = Symbols(scalars: Tree.parameters)
    let f = try Expression(parsing: tree.text, symbols: symbols).instantiate()
    let a = try f.derivative(by: variables[first])
    let b = try f.derivative(by: variables[second])
    let ab = try a.derivative(by: variables[second])
    expressions = [f, a, b, ab]
    program = try Program(outputs: expressions)
  } catch let error as FormulaError {
    // The bounds may say no to a tree that doubles at every level; that is their purpose.
    outcome.fault = error.message.contains("more than") ? nil : error.message
    return outcome
  } catch {
    outcome.fault = "\(error)"
    return outcome
  }
  let here = point(at, first, second)
  let dual = tree.evaluate(at: here)
  let parts = [dual.value, dual.a, dual.b, dual.ab]
  guard parts.allSatisfy({ $0.isFinite && $0.magnitude < 1e30 }) else { return outcome }
  let labels = ["f", "df/d\(names[first])", "df/d\(names[second])", "the second derivative"]
  let inDouble = program.evaluate(
    x: at[0], g: at[1], coefficients: [[at[2]], [at[3]]])
  let scale = parts.map(\.magnitude).max()! + 1
  for i in 0..<4 {
    let seen = expressions[i].wideValue(at: here)
    outcome.derivatives += 1
    if !((seen - parts[i]).magnitude <= 1e-10 * scale) {
      outcome.fault = "\(labels[i]) = \(seen), hyper-dual numbers say \(parts[i])"
      return outcome
    }
    // In double, only where 11 bits less do not matter.
    if (Wide(inDouble[i]) - seen).magnitude <= 1e-6 * scale { outcome.programs += 1 }
  }
  func f(_ step: Wide) -> Wide {
    var moved = here
    switch first {
    case 0: moved.x.value += step
    case 1: moved.g.value += step
    default: moved.parameters[first - 2].value += step
    }
    return tree.evaluate(at: moved).value
  }
  let h: Wide = 0x1p-20
  let (wide, narrow) = ((f(2 * h) - f(-2 * h)) / (4 * h), (f(h) - f(-h)) / (2 * h))
  // A kink or a jump nearby makes the two disagree; then differences say nothing.
  if (wide - narrow).magnitude <= 1e-7 * (1 + narrow.magnitude), narrow.isFinite,
    (f(h) + f(-h) - 2 * f(0)).magnitude <= 1e-6 * (1 + f(0).magnitude) * h.squareRoot()
  {
    outcome.differences += 1
    if (narrow - parts[1]).magnitude > 1e-4 * (1 + narrow.magnitude) {
      outcome.fault = "df/d\(names[first]) = \(parts[1]), central differences say \(narrow)"
    }
  }
  return outcome
}

/// The smallest tree that still fails, found greedily.
private func shrink(_ tree: Tree, _ fails: (Tree) -> String?) -> (Tree, String) {
  var (best, fault) = (tree, fails(tree) ?? "")
  var attempts = 0
  search: while attempts < 5000 {
    for candidate in best.smaller {
      attempts += 1
      if let found = fails(candidate) {
        (best, fault) = (candidate, found)
        continue search
      }
    }
    break
  }
  return (best, fault)
}

@Test func `10,000 random trees differentiate as hyper-dual numbers and differences do`() {
  var total = Outcome()
  for seed in 1...10_000 as ClosedRange<UInt64> {
    var random = SplitMix64(seed: seed)
    let tree = Tree.random(depth: Int.random(in: 2...8, using: &random), using: &random)
    let at = (0..<4).map { _ in Double.random(in: -2...2, using: &random) }
    let first = Int.random(in: 0..<4, using: &random)
    let second = Bool.random(using: &random) ? first : Int.random(in: 0..<4, using: &random)
    let outcome = check(tree, at: at, by: first, second)
    total.derivatives += outcome.derivatives
    total.differences += outcome.differences
    total.programs += outcome.programs
    if outcome.fault != nil {
      let (small, fault) = shrink(tree) { check($0, at: at, by: first, second).fault }
      Issue.record(
        "seed \(seed), x = \(at[0]), g = \(at[1]), p = \(at[2]), q = \(at[3]): \(small.text): \(fault)"
      )
      return
    }
  }
  // Guards must not hide the test: most trees have finite values away from kinks.
  #expect(total.derivatives > 30_000, "\(total.derivatives) of 40,000 derivatives were compared")
  #expect(total.differences > 6_000, "\(total.differences) of 10,000 differences were compared")
  #expect(
    total.programs > total.derivatives * 98 / 100,
    "\(total.programs) of \(total.derivatives) agree in double")
}
