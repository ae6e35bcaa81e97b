import CActZoo

// One step at a time over a block: a loop of one operation over vectors in the first-level cache.

/// Where the slots of a pass are, and how far apart their vectors: 0 for one vector that stands for all.
struct Slots<L: FormulaLanes> {
  let place: UnsafeMutablePointer<UnsafeMutablePointer<L.Scalar>>
  let step: UnsafeMutablePointer<Int>
}

/// Vectors of one slot, in order.
struct Vectors<L: FormulaLanes> {
  private var place: UnsafeMutablePointer<L.Scalar>
  private let step: Int

  @inline(__always) init(_ slots: Slots<L>, _ slot: UInt16) {
    place = slots.place[Int(slot)]
    step = slots.step[Int(slot)]
  }

  @inline(__always) mutating func next() -> L {
    let value = L.load(place)
    place += step
    return value
  }

  @inline(__always) mutating func put(_ value: L) {
    value.store(place)
    place += step
  }
}

/// Runs steps over `count` vectors; those that no operand varies in, over one.
@_optimize(size) @inline(never) func run<L: FormulaLanes>(
  _: L.Type, _ first: UnsafePointer<actzoo_formula_step>, _ steps: Int, _ slots: Slots<L>,
  _ count: Int
) {
  for index in 0..<steps { run(first[index], slots, count) }
}

@inline(__always) private func run<L: FormulaLanes>(
  _ step: actzoo_formula_step, _ slots: Slots<L>, _ count: Int
) {
  @inline(__always) func map(_ body: (L) -> L) {
    var (a, y) = (Vectors(slots, step.operand.0), Vectors(slots, step.result.0))
    for _ in 0..<count { y.put(body(a.next())) }
  }
  @inline(__always) func map(_ body: (L, L) -> L) {
    var (a, b) = (Vectors(slots, step.operand.0), Vectors(slots, step.operand.1))
    var y = Vectors(slots, step.result.0)
    for _ in 0..<count { y.put(body(a.next(), b.next())) }
  }
  @inline(__always) func map(_ body: (L, L, L) -> L) {
    var (a, b) = (Vectors(slots, step.operand.0), Vectors(slots, step.operand.1))
    var (c, y) = (Vectors(slots, step.operand.2), Vectors(slots, step.result.0))
    for _ in 0..<count { y.put(body(a.next(), b.next(), c.next())) }
  }
  @inline(__always) func map(_ body: (L, L, L, L) -> L) {
    var (a, b) = (Vectors(slots, step.operand.0), Vectors(slots, step.operand.1))
    var (c, d) = (Vectors(slots, step.operand.2), Vectors(slots, step.operand.3))
    var y = Vectors(slots, step.result.0)
    for _ in 0..<count { y.put(body(a.next(), b.next(), c.next(), d.next())) }
  }
  @inline(__always) func both(_ body: (L) -> (L, L)) {
    var a = Vectors(slots, step.operand.0)
    var (y, z) = (Vectors(slots, step.result.0), Vectors(slots, step.result.1))
    for _ in 0..<count {
      let (first, second) = body(a.next())
      y.put(first)
      z.put(second)
    }
  }
  switch Int(step.operation) {
  case operation(ACTZOO_FORMULA_ADD): map { $0 + $1 }
  case operation(ACTZOO_FORMULA_SUBTRACT): map { $0 - $1 }
  case operation(ACTZOO_FORMULA_MULTIPLY): map { $0 * $1 }
  case operation(ACTZOO_FORMULA_DIVIDE): map { $0 / $1 }
  case operation(ACTZOO_FORMULA_MINIMUM): map { L.min($0, $1) }
  case operation(ACTZOO_FORMULA_MAXIMUM): map { L.max($0, $1) }
  case operation(ACTZOO_FORMULA_POWER): map { L.power($0, $1) }
  case operation(ACTZOO_FORMULA_MULTIPLY_ADD): map { L.fma($0, $1, $2) }
  case operation(ACTZOO_FORMULA_SELECT_LESS): map { L.select($0 < $1, $2, $3) }
  case operation(ACTZOO_FORMULA_SELECT_LESS_EQUAL): map { L.select($0 <= $1, $2, $3) }
  case operation(ACTZOO_FORMULA_SELECT_EQUAL): map { L.select($0 == $1, $2, $3) }
  case operation(ACTZOO_FORMULA_NEGATE): map { -$0 }
  case operation(ACTZOO_FORMULA_EXP): map { L.exp($0) }
  case operation(ACTZOO_FORMULA_EXPM1): map { L.expm1($0) }
  case operation(ACTZOO_FORMULA_LOG): map { L.log($0) }
  case operation(ACTZOO_FORMULA_LOG1P): map { L.log1p($0) }
  case operation(ACTZOO_FORMULA_TANH): map { L.tanh($0) }
  case operation(ACTZOO_FORMULA_SINH): map { L.sinh($0) }
  case operation(ACTZOO_FORMULA_COSH): map { L.cosh($0) }
  case operation(ACTZOO_FORMULA_SECH): map { L.sech($0) }
  case operation(ACTZOO_FORMULA_ATAN): map { L.atan($0) }
  case operation(ACTZOO_FORMULA_ASINH): map { L.asinh($0) }
  case operation(ACTZOO_FORMULA_ERF): map { L.erf($0) }
  case operation(ACTZOO_FORMULA_ERFC): map { L.erfc($0) }
  case operation(ACTZOO_FORMULA_SQRT): map { L.sqrt($0) }
  case operation(ACTZOO_FORMULA_ABS): map { L.abs($0) }
  case operation(ACTZOO_FORMULA_SIGN): map { L.sign($0) }
  case operation(ACTZOO_FORMULA_FLOOR): map { L.floor($0) }
  case operation(ACTZOO_FORMULA_SIN): map { L.sin($0) }
  case operation(ACTZOO_FORMULA_COS): map { L.cos($0) }
  case operation(ACTZOO_FORMULA_SIGMOID): map { L.sigmoid($0) }
  case operation(ACTZOO_FORMULA_SOFTPLUS): map { L.softplus($0) }
  case operation(ACTZOO_FORMULA_SILU): map { L.silu($0) }
  case operation(ACTZOO_FORMULA_SILU_SLOPE): map { L.siluSlope($0) }
  case operation(ACTZOO_FORMULA_SILU_BOTH): both { (L.silu($0), L.siluSlope($0)) }
  case operation(ACTZOO_FORMULA_GELU): map { L.gelu($0) }
  case operation(ACTZOO_FORMULA_GELU_SLOPE): map { L.geluSlope($0) }
  case operation(ACTZOO_FORMULA_MISH): map { L.mish($0) }
  case operation(ACTZOO_FORMULA_MISH_SLOPE): map { L.mishSlope($0) }
  case operation(ACTZOO_FORMULA_EXP_TIMES): map { L.exp($1, $2, $3, times: $0) }
  case operation(ACTZOO_FORMULA_EXP_REDUCED):
    var (a, b) = (Vectors(slots, step.operand.0), Vectors(slots, step.operand.1))
    var (c, y) = (Vectors(slots, step.operand.2), Vectors(slots, step.result.0))
    var z = Vectors(slots, step.result.1)
    for _ in 0..<count {
      let (k, m) = L.exponential(a.next(), b.next(), c.next())
      y.put(k)
      z.put(m)
    }
  case operation(ACTZOO_FORMULA_EXP_SCALED): map { L.scaled($0, $1, $2) }
  case operation(ACTZOO_FORMULA_SIGMOID_TIMES): map { L.sigmoid($1, $2, $3, times: $0) }
  case operation(ACTZOO_FORMULA_SOFTPLUS_PRODUCT): map { L.softplus($0, $1, $2) }
  default: break  // the host that compiles knows no more than this
  }
}

@inline(__always) private func operation(_ value: actzoo_formula_operation) -> Int {
  Int(value.rawValue)
}
