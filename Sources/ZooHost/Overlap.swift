/// Rule C7: which bytes two operands touch, and whether an output touches one twice.
///
/// Ranges are compared first, which settles nearly every call. Where ranges overlap, as with the two
/// halves of one interleaved buffer, the question is exact: is there a pair of elements at one address?
struct Footprint {
  let low: Int
  let high: Int

  /// Bytes from the first to one past the last that operand `index` touches.
  init(_ plan: Plan, _ index: Int) {
    let operand = plan.operands[index]
    var low = Int(bitPattern: operand.data)
    var high = low + operand.size
    let row = plan.strides(index)
    for axis in 0..<plan.axes {
      let reach = (plan.extents[axis] - 1) * row[axis] * operand.size
      if reach < 0 { low += reach } else { high += reach }
    }
    let coefficients = (operand.count - 1) * operand.step * operand.size
    if coefficients < 0 { low += coefficients } else { high += coefficients }
    self.low = low
    self.high = high
  }

  func meets(_ other: Footprint) -> Bool { low < other.high && other.low < high }
}

/// True if the two operands are the same elements in the same order.
func isSame(_ plan: Plan, _ a: Int, _ b: Int) -> Bool {
  let (first, second) = (plan.operands[a], plan.operands[b])
  guard first.data == second.data, first.dtype == second.dtype else { return false }
  for axis in 0..<plan.axes where plan.strides(a)[axis] != plan.strides(b)[axis] { return false }
  return true
}

/// True if some element of `a` shares a byte with some element of `b`; also true when the search for
/// one takes too long to be sure.
func overlap(_ plan: Plan, _ a: Int, _ b: Int) -> Bool {
  var search = AddressSearch()
  let (first, second) = (plan.operands[a], plan.operands[b])
  for axis in 0..<plan.axes {
    let reach = plan.extents[axis] - 1
    let (s, t) = (plan.strides(a)[axis] * first.size, plan.strides(b)[axis] * second.size)
    search.add(s, 0, reach)
    search.add(-t, 0, reach)
  }
  search.add(first.step * first.size, 0, first.count - 1)
  search.add(-second.step * second.size, 0, second.count - 1)
  // Byte i of one element is byte j of the other.
  search.add(1, 1 - second.size, first.size - 1)
  return search.reaches(Int(bitPattern: second.data) - Int(bitPattern: first.data))
}

/// True unless every element of an output has an address of its own.
///
/// Strides that nest, each at least the reach of all smaller ones, are the only ones that slicing
/// and transposing can make.
func overlapsItself(_ plan: Plan, _ index: Int) -> Bool {
  for axis in 0...plan.axes {
    guard let own = term(plan, index, axis) else { continue }
    var reach = 1
    for other in 0...plan.axes where other != axis {
      guard let smaller = term(plan, index, other) else { continue }
      if (smaller.stride, other) < (own.stride, axis) {
        reach += (smaller.extent - 1) * smaller.stride
      }
    }
    if own.stride < reach { return true }
  }
  return false
}

/// How an output moves along an axis, or along its coefficients after the last one; nil if it does not.
@inline(__always)
private func term(_ plan: Plan, _ index: Int, _ axis: Int) -> (stride: Int, extent: Int)? {
  let operand = plan.operands[index]
  guard axis < plan.axes else {
    return operand.count > 1 ? (abs(operand.step), operand.count) : nil
  }
  let stride = plan.strides(index)[axis]
  // A result has stride 0 along the axes that its parameter is shared along: it has none of them.
  guard plan.extents[axis] > 1, stride != 0 || operand.role != .result else { return nil }
  return (abs(stride), plan.extents[axis])
}

/// Looks for a sum of `coefficient * n`, each n in its range, that equals a number.
private struct AddressSearch {
  private var terms: [(coefficient: Int, low: Int, high: Int)] = []
  private var steps = 0

  mutating func add(_ coefficient: Int, _ low: Int, _ high: Int) {
    guard coefficient != 0, low != 0 || high != 0 else { return }
    terms.append((coefficient, low, high))
  }

  mutating func reaches(_ target: Int) -> Bool {
    // Largest steps first: what is left over then decides nearly everything.
    terms.sort { abs($0.coefficient) > abs($1.coefficient) }
    var lows = [Int](repeating: 0, count: terms.count + 1)
    var highs = lows
    for index in stride(from: terms.count - 1, through: 0, by: -1) {
      let term = terms[index]
      let (p, q) = (term.coefficient * term.low, term.coefficient * term.high)
      lows[index] = lows[index + 1] + min(p, q)
      highs[index] = highs[index + 1] + max(p, q)
    }
    return search(0, target, lows, highs)
  }

  private mutating func search(_ index: Int, _ target: Int, _ lows: [Int], _ highs: [Int]) -> Bool {
    steps += 1
    if steps > 10_000 { return true }
    if target < lows[index] || target > highs[index] { return false }
    if index == terms.count { return target == 0 }
    let term = terms[index]
    // coefficient * n must leave a rest that the smaller terms reach.
    let (least, most) = (target - highs[index + 1], target - lows[index + 1])
    let c = term.coefficient
    let first = max(term.low, c > 0 ? divideUp(least, c) : divideUp(most, c))
    let last = min(term.high, c > 0 ? divideDown(most, c) : divideDown(least, c))
    var n = first
    while n <= last {
      if search(index + 1, target - c * n, lows, highs) { return true }
      n += 1
    }
    return false
  }
}

private func divideDown(_ a: Int, _ b: Int) -> Int {
  let quotient = a / b
  return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient
}

private func divideUp(_ a: Int, _ b: Int) -> Int { -divideDown(-a, b) }
