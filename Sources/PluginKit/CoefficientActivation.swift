// Activations whose parameters are vectors, the count chosen at bind time: series, tables, rationals. Value
// and gradient are written on lanes; the kit brings the walk, the loads and the sums.

/// An activation with at most six parameters of any number of coefficients.
protocol CoefficientActivation {
  /// How many parameters the descriptor lists, at most 6.
  static var parameters: Int { get }
  /// How many of them, the first ones, are tables: looked up by an index that differs from lane to lane.
  static var tables: Int { get }

  /// True if these numbers of coefficients, by parameter, belong together.
  static func accepts(_ count: InlineArray<6, Int>) -> Bool

  /// False if other numbers than `accepts` takes may belong together: the host then evaluates the formula.
  static var servesEveryCount: Bool { get }

  /// The formula. NaN in must be NaN out, and ±inf must give the limit.
  static func value<L: Lanes>(_ x: L, _ p: Coefficients<L>) -> L

  /// Returns dy times the derivative by x, and adds dy times those by the coefficients to `sums`.
  static func gradient<L: Lanes>(
    _ x: L, _ dy: L, _ p: Coefficients<L>, _ sums: CoefficientSums<L>
  ) -> L
}

extension CoefficientActivation {
  /// None.
  @inline(__always) static var tables: Int { 0 }
  /// What `accepts` refuses is wrong.
  @inline(__always) static var servesEveryCount: Bool { true }
}

/// The coefficients that some lanes see: one vector each, whether the row shares them or not.
struct Coefficients<L: Lanes> {
  var parameter: InlineArray<6, RowParameter<L.Scalar>>
  var cells: UnsafeMutablePointer<L>
  /// The first lane's place in the row, and how many lanes are valid.
  var i = 0
  var valid = 0

  @inline(__always) init(_ rows: UnsafePointer<Rows<L>>) {
    (parameter, cells) = (rows.pointee.parameter, rows.pointee.cells)
  }

  /// How many coefficients a parameter has.
  @inline(__always) func count(_ k: Int) -> Int { parameter[k].count }

  /// Coefficient `k` of a parameter that is no table.
  @inline(__always) subscript(index: Int, k: Int) -> L { cells[parameter[index].slot &+ k] }

  /// Of a table, in each lane the two coefficients from the one on that `index` names there; integral, below the
  /// last.
  @inline(__always) func lookUp(_ k: Int, _ index: L) -> (L, L) {
    let table = parameter[k]
    if table.along != 0 && table.isSmall {
      // Compared with every entry: to gather the lanes of as many columns takes longer.
      let column = cells + table.slot
      var (low, high, entry) = (column[0], column[1], L(1))
      for j in 1..<(table.count &- 1) {
        let isIt = index == entry
        low = L.select(isIt, column[j], low)
        high = L.select(isIt, column[j &+ 1], high)
        entry = entry + 1
      }
      return (low, high)
    }
    @inline(__always) func entries(_ index: L) -> L {
      L.lookUp(
        table.data.unsafelyUnwrapped + table.along &* i, index,
        step: table.step, along: table.along, entries: table.count, first: valid)
    }
    return (entries(index), entries(index + 1))
  }
}

/// Where the gradients of coefficients are added.
///
/// Terms wait for those of four vectors, whose sum is then added in double (`settle`): to widen each would take
/// longer than to make it. A large table's are added at once.
struct CoefficientSums<L: Lanes> {
  var parameter: InlineArray<6, RowParameter<L.Scalar>>
  var scratch: UnsafeMutablePointer<L.Wide>
  /// Those of this vector.
  var terms: UnsafeMutablePointer<L>
  var i = 0
  var valid = 0

  @inline(__always) init(_ rows: UnsafePointer<Rows<L>>) {
    (parameter, scratch, terms) = (
      rows.pointee.parameter, rows.pointee.scratch, rows.pointee.terms
    )
  }

  /// Adds the valid lanes of `value` to the gradient of coefficient `k` of a parameter that is no table: once for
  /// every coefficient, each time.
  @inline(__always) func add(_ index: Int, _ k: Int, _ value: L) {
    terms[parameter[index].slot &+ k] =
      valid == L.width ? value : L.select(L.mask(first: valid), value, 0)
  }

  /// Adds the valid lanes of two values to the gradients of the two coefficients of a table from the one on that
  /// `index` names there: once for every table, each time.
  @inline(__always) func add(_ k: Int, at index: L, _ low: L, _ high: L) {
    let table = parameter[k]
    if table.isSmall {
      // A term for every entry, most of them 0: a loop over lanes would take longer.
      let mask = L.mask(first: valid)
      var (carried, entry) = (L(0), L(0))
      for j in 0..<table.count {
        let isIt = L.and(index == entry, mask)
        terms[table.slot &+ j] = L.select(isIt, low, 0) + carried
        carried = L.select(isIt, high, 0)
        entry = entry + 1
      }
      return
    }
    scatter(table, index, low)
    scatter(table, index + 1, high)
  }

  @inline(__always) func scatter(_ table: RowParameter<L.Scalar>, _ index: L, _ value: L) {
    guard let base = table.sum else { return }
    if table.slot >= 0 {
      // Each lane adds to a place of its own, so that no addition waits for the one before.
      UnsafeMutableRawPointer(scratch + table.slot)
        .withMemoryRebound(to: Double.self, capacity: L.width) {
          value.scatterAdd($0, index, step: L.width, along: 1, first: valid)
        }
      return
    }
    value.scatterAdd(
      base + table.sumAlong &* i, index, step: table.sumStep, along: table.sumAlong, first: valid)
  }
}
