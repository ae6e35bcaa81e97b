// What the author of a plugin writes. The ideal plugin is a page:
//
//     enum CRReLU: Activation {
//       static var parameters: Int { 1 }
//       static func value<N: Number>(_ a: Arguments<N>) -> N {
//         let (x, eps) = (a.x, a.p.0)
//         let bounded = withinGaussian(x)
//         return max(x, 0) + gaussian(bounded, times: eps * bounded)
//       }
//     }

/// What an element's formula may use.
///
/// Only what the activation declares is meaningful.
struct Arguments<N: Number> {
  /// The input.
  var x: N
  /// The second input, of gated activations.
  var g: N
  /// The noise, uniform in [0, 1).
  var u: N
  /// The scalar parameters, in the descriptor's order.
  var p: (N, N, N, N)

  /// All operands of one formula.
  @inline(__always) init(x: N, g: N, u: N, p: (N, N, N, N)) {
    self.x = x
    self.g = g
    self.u = u
    self.p = p
  }
}

/// The derivatives of the value by each argument, not yet multiplied by dy.
struct Gradient<L: Lanes> {
  /// By the input.
  var x: L
  /// By the second input.
  var g: L
  /// By each scalar parameter.
  var p: (L, L, L, L)

  /// Derivatives; what the activation does not have stays zero.
  @inline(__always) init(x: L, g: L = 0, p0: L = 0, p1: L = 0, p2: L = 0, p3: L = 0) {
    self.x = x
    self.g = g
    p = (p0, p1, p2, p3)
  }
}

/// An activation of at most four scalar parameters: one formula, from which the kit makes every kernel.
protocol Activation {
  /// How many scalar parameters the descriptor lists, at most 4.
  static var parameters: Int { get }
  /// True if the formula uses the second input `g`.
  static var isGated: Bool { get }
  /// True if the formula uses the noise `u`.
  static var isNoisy: Bool { get }

  /// The formula. NaN in must be NaN out, and ±inf must give the limit.
  static func value<N: Number>(_ a: Arguments<N>) -> N

  /// The derivatives. The default differentiates `value`; write it by hand where that is more exact or
  /// faster. Partial derivatives that nobody wants are removed by the compiler.
  static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L>
}

extension Activation {
  /// No parameters.
  @inline(__always) static var parameters: Int { 0 }
  /// One input.
  @inline(__always) static var isGated: Bool { false }
  /// No noise.
  @inline(__always) static var isNoisy: Bool { false }

  /// The derivatives of `value`, one evaluation on duals for each.
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    Gradient(
      x: derivative(a) { $0.x = Dual(variable: a.x) },
      g: isGated ? derivative(a) { $0.g = Dual(variable: a.g) } : 0,
      p0: parameters > 0 ? derivative(a) { $0.p.0 = Dual(variable: a.p.0) } : 0,
      p1: parameters > 1 ? derivative(a) { $0.p.1 = Dual(variable: a.p.1) } : 0,
      p2: parameters > 2 ? derivative(a) { $0.p.2 = Dual(variable: a.p.2) } : 0,
      p3: parameters > 3 ? derivative(a) { $0.p.3 = Dual(variable: a.p.3) } : 0)
  }

  /// The derivative by the argument that `seed` makes variable.
  @inline(__always) static func derivative<L: Lanes>(
    _ a: Arguments<L>, _ seed: (inout Arguments<Dual<L>>) -> Void
  ) -> L {
    var duals = Arguments<Dual<L>>(
      x: Dual(fixed: a.x), g: Dual(fixed: a.g), u: Dual(fixed: a.u),
      p: (
        Dual(fixed: a.p.0), Dual(fixed: a.p.1), Dual(fixed: a.p.2), Dual(fixed: a.p.3)
      ))
    seed(&duals)
    return value(duals).part
  }
}
