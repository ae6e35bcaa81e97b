import CActZoo

// Activations whose parameters are vectors, the count chosen at bind time: series, tables, rationals. Value
// and gradient are written on lanes; the kit brings the walk, the loads and the sums.

/// An activation with at most six parameters of any number of coefficients.
protocol CoefficientActivation {
  /// How many parameters the descriptor lists, at most 6.
  static var parameters: Int { get }

  /// True if these numbers of coefficients, by parameter, belong together.
  static func accepts(_ count: InlineArray<6, Int>) -> Bool

  /// The formula. NaN in must be NaN out, and ±inf must give the limit.
  static func value<L: Lanes>(_ x: L, _ p: Coefficients<L>) -> L

  /// Returns dy times the derivative by x, and adds dy times those by the coefficients to `sums`.
  static func gradient<L: Lanes>(
    _ x: L, _ dy: L, _ p: Coefficients<L>, _ sums: inout CoefficientSums<L>
  ) -> L
}

/// The coefficients that some lanes of a row see: shared ones in every lane, others loaded along.
struct Coefficients<L: Lanes> {
  /// How many coefficients each parameter has.
  var count: InlineArray<6, Int>
  var base: InlineArray<6, UnsafePointer<L.Scalar>?>
  var step: InlineArray<6, Int>
  var along: InlineArray<6, Int>
  /// The first lane's place in the row, and how many lanes are valid.
  var i: Int
  var valid: Int

  /// Coefficient `k` of a parameter.
  @inline(__always) subscript(parameter: Int, k: Int) -> L {
    let p = base[parameter].unsafelyUnwrapped + k &* step[parameter]
    if along[parameter] == 0 { return L.splat(p.pointee) }
    return valid == L.width ? L.load(p + i) : L.load(p + i, first: valid)
  }

  /// Of a parameter, in each lane the coefficient that `index` names there; integral, within the count.
  @inline(__always) func lookUp(_ parameter: Int, _ index: L) -> L {
    L.gather(
      base[parameter].unsafelyUnwrapped + along[parameter] &* i, index, step: step[parameter],
      along: along[parameter], first: valid)
  }
}

/// Where the gradients of coefficients are added, in double.
///
/// Sums that a row shares are kept as lanes in a scratch of 64 and added up once per place; what finds no
/// room there, or lies along the row, is added to memory at once.
struct CoefficientSums<L: Lanes> {
  var base = InlineArray<6, UnsafeMutablePointer<Double>?>(repeating: nil)
  var step = InlineArray<6, Int>(repeating: 0)
  var along = InlineArray<6, Int>(repeating: 0)
  var count = InlineArray<6, Int>(repeating: 0)
  /// Where a parameter's sums start in the scratch; -1 if they are not there.
  var slot = InlineArray<6, Int>(repeating: -1)
  var scratch: UnsafeMutablePointer<L.Wide>
  var i = 0
  var valid = 0

  /// Adds the valid lanes of `value` to the gradient of coefficient `k` of a parameter.
  @inline(__always) mutating func add(_ parameter: Int, _ k: Int, _ value: L) {
    guard let base = base[parameter] else { return }
    let place = base + k &* step[parameter]
    let term = valid == L.width ? value : L.select(L.mask(first: valid), value, 0)
    if slot[parameter] >= 0 {
      scratch[slot[parameter] &+ k] += term.wide
    } else {
      addColumn(term.wide, to: place, isAlong: along[parameter] != 0, i, valid, L.width)
    }
  }

  /// Adds each valid lane of `value` to the gradient of the coefficient that `index` names there.
  @inline(__always) mutating func scatter(_ parameter: Int, _ index: L, _ value: L) {
    guard let base = base[parameter] else { return }
    value.scatterAdd(
      base + along[parameter] &* i, index, step: step[parameter], along: along[parameter],
      first: valid)
  }

  /// Adds what the scratch holds to the places it belongs to, and empties it.
  mutating func flush() {
    for parameter in 0..<6 where slot[parameter] >= 0 {
      guard let base = base[parameter] else { continue }
      for k in 0..<count[parameter] {
        base[k &* step[parameter]] += scratch[slot[parameter] &+ k].sum
        scratch[slot[parameter] &+ k] = L.Wide.zero
      }
    }
  }
}
