// Activations whose parameters are vectors, the count chosen at bind time: series, tables, rationals. Value
// and gradient are written on lanes; the kit brings the walk, the loads and the sums.

/// An activation with at most six parameters of any number of coefficients.
protocol CoefficientActivation {
  /// How many parameters the descriptor lists, at most 6.
  static var parameters: Int { get }

  /// True if these numbers of coefficients, by parameter, belong together.
  static func accepts(_ count: InlineArray<6, Int>) -> Bool

  /// False if other numbers than `accepts` takes may belong together: the host then evaluates the formula.
  static var servesEveryCount: Bool { get }

  /// The formula. NaN in must be NaN out, and ±inf must give the limit.
  static func value<L: Lanes>(_ x: L, _ p: Coefficients<L>) -> L

  /// Returns dy times the derivative by x, and adds dy times those by the coefficients to `sums`.
  static func gradient<L: Lanes>(
    _ x: L, _ dy: L, _ p: Coefficients<L>, _ sums: inout CoefficientSums<L>
  ) -> L
}

extension CoefficientActivation {
  /// What `accepts` refuses is wrong.
  @inline(__always) static var servesEveryCount: Bool { true }
}

/// The coefficients that some lanes of a row see: shared ones in every lane, others loaded along.
struct Coefficients<L: Lanes> {
  var parameter: InlineArray<6, RowParameter<L.Scalar>>
  /// The first lane's place in the row, and how many lanes are valid.
  var i = 0
  var valid = 0

  @inline(__always) init(_ rows: UnsafePointer<Rows<L>>) { parameter = rows.pointee.parameter }

  /// How many coefficients a parameter has.
  @inline(__always) func count(_ k: Int) -> Int { parameter[k].count }

  /// Coefficient `k` of a parameter.
  @inline(__always) subscript(index: Int, k: Int) -> L {
    let p = parameter[index].data.unsafelyUnwrapped + k &* parameter[index].step
    if parameter[index].along == 0 { return L.splat(p.pointee) }
    return valid == L.width ? L.load(p + i) : L.load(p + i, first: valid)
  }

  /// Of a parameter, in each lane the coefficient that `index` names there; integral, within the count.
  @inline(__always) func lookUp(_ k: Int, _ index: L) -> L {
    L.lookUp(
      parameter[k].data.unsafelyUnwrapped + parameter[k].along &* i, index,
      step: parameter[k].step, along: parameter[k].along, entries: parameter[k].count, first: valid)
  }
}

/// Where the gradients of coefficients are added, in double.
///
/// Sums that rows share are kept as lanes in a scratch and added up once per place; what finds no room there,
/// or lies along the row, is added to memory at once.
struct CoefficientSums<L: Lanes> {
  var parameter: InlineArray<6, RowParameter<L.Scalar>>
  var scratch: UnsafeMutablePointer<L.Wide>
  var i = 0
  var valid = 0

  @inline(__always) init(_ rows: UnsafePointer<Rows<L>>) {
    parameter = rows.pointee.parameter
    scratch = rows.pointee.scratch
  }

  /// Adds the valid lanes of `value` to the gradient of coefficient `k` of a parameter.
  @inline(__always) mutating func add(_ index: Int, _ k: Int, _ value: L) {
    guard let base = parameter[index].sum else { return }
    let term = valid == L.width ? value : L.select(L.mask(first: valid), value, 0)
    if parameter[index].slot >= 0 {
      scratch[parameter[index].slot &+ k] += term.wide
    } else {
      addColumn(
        term.wide, to: base + k &* parameter[index].sumStep,
        isAlong: parameter[index].sumAlong != 0, i, valid, L.width)
    }
  }

  /// Adds each valid lane of `value` to the gradient of the coefficient that `index` names there.
  @inline(__always) mutating func scatter(_ k: Int, _ index: L, _ value: L) {
    guard let base = parameter[k].sum else { return }
    if parameter[k].slot >= 0 {
      // Each lane adds to a place of its own, so that no addition waits for the one before.
      UnsafeMutableRawPointer(scratch + parameter[k].slot)
        .withMemoryRebound(to: Double.self, capacity: L.width) {
          value.scatterAdd($0, index, step: L.width, along: 1, first: valid)
        }
      return
    }
    value.scatterAdd(
      base + parameter[k].sumAlong &* i, index, step: parameter[k].sumStep,
      along: parameter[k].sumAlong, first: valid)
  }
}
