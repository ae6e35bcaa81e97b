import CSystem
import Formula

extension Expression {
  /// The expression's value with 64 bits of significand, straight from its public nodes.
  func wideValue(at point: Point) -> Wide {
    var values: [Wide] = []
    for node in nodes {
      func operand(_ index: Int32) -> Wide { values[Int(index)] }
      switch node {
      case .constant(let c):
        values.append(c.isExact ? Wide(c.numerator) / Wide(c.denominator) : Wide(c.value))
      case .variable(.x): values.append(point.x.value)
      case .variable(.g): values.append(point.g.value)
      case .variable(.coefficient(let parameter, _)):
        values.append(point.parameters[parameter].value)
      case .unary(let f, let a):
        values.append(HyperDual.unary(f.name, HyperDual(operand(a))).value)
      case .binary(.power, let a, let b): values.append(pow(operand(a), operand(b)))
      case .binary(let op, let a, let b):
        let names = ["+", "-", "*", "/", "^", "min", "max"]
        values.append(
          HyperDual.binary(names[Int(op.rawValue)], HyperDual(operand(a)), HyperDual(operand(b)))
            .value)
      case .compare(let op, let a, let b):
        let (p, q) = (operand(a), operand(b))
        let isTrue: Bool
        switch op {
        case .less: isTrue = p < q
        case .lessOrEqual: isTrue = p <= q
        case .greater: isTrue = p > q
        case .greaterOrEqual: isTrue = p >= q
        case .equal: isTrue = p == q
        case .notEqual: isTrue = p != q
        }
        values.append(isTrue ? 1 : 0)
      case .select(let c, let a, let b): values.append(operand(operand(c) != 0 ? a : b))
      default: fatalError("\(node) after instantiate")
      }
    }
    return values[values.count - 1]
  }
}
