import CMPFR
import Formula

extension ExactEvaluator {
  /// The cells of one precision.
  final class Level {
    let precision: Int
    var cells: [RealCell] = []
    /// For differences that only errors are estimated from.
    let spare: RealCell
    /// True if a comparison was closer than the errors of what it compares.
    var isUndecided = false
    private let storage: UnsafeMutablePointer<__mpfr_struct>
    private let count: Int

    init(_ nodes: [Node], precision: Int) {
      self.precision = precision
      count = nodes.count + 1
      storage = .allocate(capacity: count)
      for i in 0..<count { mpfr_init2(storage + i, mpfr_prec_t(precision)) }
      spare = RealCell(value: storage + nodes.count)
      for (i, node) in nodes.enumerated() {
        var cell = RealCell(value: storage + i)
        if case .constant(let c) = node { Self.set(&cell, c) }
        cells.append(cell)
      }
    }

    deinit {
      for i in 0..<count { mpfr_clear(storage + i) }
      storage.deallocate()
    }

    private static func set(_ cell: inout RealCell, _ c: Constant) {
      if c.isExact {
        mpfr_set_si(cell.value, Int(c.numerator), MPFR_RNDN)
        cell.error =
          mpfr_div_ui(cell.value, cell.value, UInt(c.denominator), MPFR_RNDN) == 0 ? 0 : 1
      } else {
        mpfr_set_d(cell.value, c.value, MPFR_RNDN)
        if c.rest != 0 { mpfr_add_d(cell.value, cell.value, c.rest, MPFR_RNDN) }
      }
    }

    /// Evaluates; true if the result is sure to as many bits as are wanted.
    func run(_ nodes: [Node], _ variable: (Variable) -> Double) -> Bool {
      var undecided: [Int] = []
      for (i, node) in nodes.enumerated() {
        switch node {
        case .variable(let v): mpfr_set_d(cells[i].value, variable(v), MPFR_RNDN)
        case .unary(let f, let a): unary(f, cells[Int(a)], &cells[i])
        case .binary(let op, let a, let b): binary(op, cells[Int(a)], cells[Int(b)], &cells[i])
        case .compare(let op, let a, let b):
          let isTrue = compare(op, cells[Int(a)], cells[Int(b)])
          mpfr_set_si(cells[i].value, isTrue ? 1 : 0, MPFR_RNDN)
        case .select(let c, let a, let b):
          let taken = Int(cells[Int(c)].isZero ? b : a)
          mpfr_set(cells[i].value, cells[taken].value, MPFR_RNDN)
          cells[i].error = cells[taken].error
        default: break
        }
        if isUndecided {
          undecided.append(i)
          isUndecided = false
        }
      }
      let root = nodes.count - 1
      return cells[root].error <= powerOfTwo(precision - Int(ExactEvaluator.wanted))
        && (undecided.isEmpty || !depends(nodes, on: undecided))
    }

    /// True if the last node's value depends on one of these, through the branches that were taken.
    private func depends(_ nodes: [Node], on undecided: [Int]) -> Bool {
      var isTouched = [Bool](repeating: false, count: nodes.count)
      for i in undecided { isTouched[i] = true }
      for (i, node) in nodes.enumerated() where !isTouched[i] {
        if case .select(let c, let a, let b) = node {
          isTouched[i] = isTouched[Int(c)] || isTouched[Int(cells[Int(c)].isZero ? b : a)]
        } else {
          isTouched[i] = node.operands.contains { isTouched[Int($0)] }
        }
      }
      return isTouched[nodes.count - 1]
    }

    /// The last node's value; nil for NaN.
    var result: ExactValue? {
      let root = cells[cells.count - 1]
      if root.isNaN { return nil }
      if !root.isRegular { return ExactValue(mpfr_get_d(root.value, MPFR_RNDN)) }
      var exponent = 0
      var head = mpfr_get_d_2exp(&exponent, root.value, MPFR_RNDN)  // in [1/2, 1)
      mpfr_set(spare.value, root.value, MPFR_RNDN)
      mpfr_mul_2si(spare.value, spare.value, -exponent, MPFR_RNDN)
      mpfr_sub_d(spare.value, spare.value, head, MPFR_RNDN)
      head *= 2
      return ExactValue(
        head: head, tail: 2 * mpfr_get_d(spare.value, MPFR_RNDN), exponent: exponent - 1)
    }

    /// The side of each of these nodes, which are comparisons and functions with a kink or jump.
    func sides(_ nodes: [Node], of kinks: [Int]) -> [Int8] {
      kinks.map { i in
        switch nodes[i] {
        case .compare: return cells[i].isZero ? 0 : 1
        case .binary(.maximum, let a, let b), .binary(.minimum, let a, let b):
          return mpfr_greater_p(cells[Int(a)].value, cells[Int(b)].value) != 0 ? 1 : 0
        case .unary(.abs, let a), .unary(.sign, let a): return Int8(clamping: cells[Int(a)].sign)
        case .unary(.floor, _):
          return Int8(mpfr_get_d(cells[i].value, MPFR_RNDN).remainder(dividingBy: 64).magnitude)
        default: return 0
        }
      }
    }
  }
}
