import CActZoo

// The one loop of every kernel made from a formula. Forward, backward and fused are this sweep with constant
// flags; what a pass does not need is removed when it is specialised.

/// What a sweep computes.
///
/// A type, not a value: each pass is a specialisation of its own, whatever the
/// inliner thinks.
protocol Pass {
  static var writesY: Bool { get }
  static var takesGradients: Bool { get }
  static var sums: SumKind { get }
}

enum ForwardPass: Pass {
  @inline(__always) static var writesY: Bool { true }
  @inline(__always) static var takesGradients: Bool { false }
  @inline(__always) static var sums: SumKind { .none }
}

enum BackwardPass<S: SumRule>: Pass {
  @inline(__always) static var writesY: Bool { false }
  @inline(__always) static var takesGradients: Bool { true }
  @inline(__always) static var sums: SumKind { S.kind }
}

enum FusedPass<S: SumRule>: Pass {
  @inline(__always) static var writesY: Bool { true }
  @inline(__always) static var takesGradients: Bool { true }
  @inline(__always) static var sums: SumKind { S.kind }
}

/// Values that one row shares, spread over as many lanes as a load takes, so that the loop loads shared and
/// varying operands alike: the shared ones just do not advance.
struct Spread<L: Lanes> {
  var p: (L, L, L, L) = (0, 0, 0, 0)
  var one: L = 1
}

/// One row: where each operand starts.
struct Row<L: Lanes> {
  typealias Pointer = UnsafeMutablePointer<L.Scalar>
  var x: Pointer
  var g: Pointer?
  var u: UnsafeMutablePointer<Float>?
  var y: Pointer?
  var dx: Pointer?
  var dg: Pointer?
  var dy: Pointer
  var p: (Pointer, Pointer, Pointer, Pointer)
  /// -1 where the operand advances with the row, 0 where it is spread.
  var dyMask: Int
  var pMask: (Int, Int, Int, Int)
  var dp: (Sum, Sum, Sum, Sum)
  var dpAlong: (Bool, Bool, Bool, Bool)
  typealias Sum = UnsafeMutablePointer<Double>?
}

/// Computes `count` lanes from element `i` of a row.
///
/// The same arithmetic for full and partial lanes, so an
/// element's bits do not depend on its place.
@inline(__always) func step<A: Activation, L: Lanes, P: Pass>(
  _: A.Type, _: P.Type, _ row: Row<L>, _ i: Int, _ count: Int,
  _ sums: inout (L.Wide, L.Wide, L.Wide, L.Wide)
) {
  @inline(__always) func get(_ p: UnsafeMutablePointer<L.Scalar>) -> L {
    count == L.width ? L.load(p) : L.load(p, first: count)
  }
  @inline(__always) func put(_ value: L, _ p: UnsafeMutablePointer<L.Scalar>) {
    if count == L.width { value.store(p) } else { value.store(p, first: count) }
  }
  @inline(__always) func parameter(
    _ k: Int, _ p: UnsafeMutablePointer<L.Scalar>, _ mask: Int
  ) -> L {
    k < A.parameters ? get(p + (i & mask)) : 0
  }

  let a = Arguments<L>(
    x: get(row.x + i), g: A.isGated ? get(row.g.unsafelyUnwrapped + i) : 0,
    u: A.isNoisy ? L.load(noise: row.u.unsafelyUnwrapped + i, count) : 0,
    p: (
      parameter(0, row.p.0, row.pMask.0), parameter(1, row.p.1, row.pMask.1),
      parameter(2, row.p.2, row.pMask.2), parameter(3, row.p.3, row.pMask.3)
    ))
  // Everything is loaded before anything is stored: y may be x, dx may be dy.
  let dy = P.takesGradients ? get(row.dy + (i & row.dyMask)) : 0
  let y: L = P.writesY ? A.value(a) : 0
  if P.takesGradients {
    let d = A.gradient(a)
    if let dx = row.dx { put(dy * d.x, dx + i) }
    if A.isGated, let dg = row.dg { put(dy * d.g, dg + i) }
    @inline(__always) func add(_ k: Int, _ d: L, _ sum: inout L.Wide) {
      if k >= A.parameters || P.sums == .none { return }
      var term = dy * d
      // Lanes beyond the row hold no element: they add nothing, not even 0 * inf.
      if count != L.width { term = L.select(L.mask(first: count), term, 0) }
      sum += term.wide
    }
    add(0, d.p.0, &sums.0)
    add(1, d.p.1, &sums.1)
    add(2, d.p.2, &sums.2)
    add(3, d.p.3, &sums.3)
  }
  if P.writesY, let place = row.y { put(y, place + i) }
}

/// Sweeps a checked call.
@inline(never) func sweep<A: Activation, L: Lanes, P: Pass>(
  _: A.Type, _: L.Type, _: P.Type, _ call: UnsafePointer<actzoo_call>
) {
  typealias Input = Operand<L.Scalar>
  let c = call.pointee
  let n = Int(c.extent.3)
  let x = Input(c.x.0)
  let g = A.isGated ? Input(c.x.1) : Input()
  let u = A.isNoisy ? Operand<Float>(c.noise) : Operand<Float>()
  let y = P.writesY ? Input(c.y) : Input()
  let dy = P.takesGradients ? Input(c.dy) : Input()
  let dx = P.takesGradients ? Input(c.dx.0) : Input()
  let dg = P.takesGradients && A.isGated ? Input(c.dx.1) : Input()
  @inline(__always) func param(_ k: Int) -> Input {
    k < A.parameters ? Input(c.param[k]) : Input()
  }
  @inline(__always) func dparam(_ k: Int) -> Operand<Double> {
    guard k < A.parameters, P.sums != .none, let views = c.dparam else { return Operand() }
    return Operand(views[k])
  }
  let p = (param(0), param(1), param(2), param(3))
  let dp = (dparam(0), dparam(1), dparam(2), dparam(3))

  var spread = Spread<L>()
  var sums = (RowSum<L.Wide>(), RowSum<L.Wide>(), RowSum<L.Wide>(), RowSum<L.Wide>())
  withUnsafeMutablePointer(to: &spread) { spread in
    let cells = UnsafeMutableRawPointer(spread).assumingMemoryBound(to: L.Scalar.self)
    // Where the rows of the third axis share their parameters, columns walk it themselves.
    let walksColumns = P.sums == .along && sharesParameters(call, A.parameters)
    var rows = c.extent
    if walksColumns { rows.2 = 1 }
    forEachRow(rows) { at in
      /// A parameter's row: in place if it varies along the row, else its one value, spread.
      @inline(__always) func place(_ k: Int, _ p: Input) -> UnsafeMutablePointer<L.Scalar> {
        let cell = cells + k &* L.width
        if k >= A.parameters { return cell }
        let source = p.row(at).unsafelyUnwrapped
        if p.isAlong { return source }
        L.splat(source.pointee).store(cell)
        return cell
      }
      let row = Row<L>(
        x: x.row(at).unsafelyUnwrapped, g: g.row(at), u: u.row(at), y: y.row(at), dx: dx.row(at),
        dg: dg.row(at), dy: dy.row(at) ?? cells + 4 &* L.width,
        p: (place(0, p.0), place(1, p.1), place(2, p.2), place(3, p.3)),
        dyMask: dy.data == nil ? 0 : -1,
        pMask: (
          p.0.isAlong ? -1 : 0, p.1.isAlong ? -1 : 0, p.2.isAlong ? -1 : 0, p.3.isAlong ? -1 : 0
        ),
        dp: (dp.0.row(at), dp.1.row(at), dp.2.row(at), dp.3.row(at)),
        dpAlong: (dp.0.isAlong, dp.1.isAlong, dp.2.isAlong, dp.3.isAlong))
      if P.sums == .shared {
        sums.0.move(to: row.dp.0)
        sums.1.move(to: row.dp.1)
        sums.2.move(to: row.dp.2)
        sums.3.move(to: row.dp.3)
      }
      if P.sums == .along {
        sweepColumns(
          A.self, P.self, row, n, walksColumns ? Int(c.extent.2) : 1,
          (x.outer.2, g.outer.2, u.outer.2, y.outer.2, dx.outer.2, dg.outer.2, dy.outer.2))
        return
      }
      var lanes = (sums.0.lanes, sums.1.lanes, sums.2.lanes, sums.3.lanes)
      var i = 0
      // One body for full and partial lanes: a second one for the tail would double every plugin, and the
      // branch is predicted.
      while i < n {
        step(A.self, P.self, row, i, Swift.min(L.width, n &- i), &lanes)
        i &+= L.width
      }
      (sums.0.lanes, sums.1.lanes, sums.2.lanes, sums.3.lanes) = lanes
    }
  }
  if P.sums == .shared {
    sums.0.flush()
    sums.1.flush()
    sums.2.flush()
    sums.3.flush()
  }
}

/// Sweeps rows that lie `steps` apart and share their parameters, a few lanes wide and some rows deep at a
/// time: sums along the row stay in registers instead of being loaded and stored for every element.
@inline(__always) func sweepColumns<A: Activation, L: Lanes, P: Pass>(
  _: A.Type, _: P.Type, _ first: Row<L>, _ n: Int, _ rowCount: Int,
  _ steps: (x: Int, g: Int, u: Int, y: Int, dx: Int, dg: Int, dy: Int)
) {
  // Few enough rows that each may be in a page of its own.
  let depth = 32
  var row = first
  var done = 0
  while done < rowCount {
    let start = row
    let count = Swift.min(depth, rowCount &- done)
    var i = 0
    while i < n {
      let lanes = Swift.min(L.width, n &- i)
      var sums = (L.Wide.zero, L.Wide.zero, L.Wide.zero, L.Wide.zero)
      row = start
      for _ in 0..<count {
        step(A.self, P.self, row, i, lanes, &sums)
        row.x += steps.x
        if A.isGated { row.g = row.g.unsafelyUnwrapped + steps.g }
        if A.isNoisy { row.u = row.u.unsafelyUnwrapped + steps.u }
        if let y = row.y { row.y = y + steps.y }
        if let dx = row.dx { row.dx = dx + steps.dx }
        if let dg = row.dg { row.dg = dg + steps.dg }
        if row.dyMask != 0 { row.dy += steps.dy }
      }
      addColumn(sums.0, to: row.dp.0, isAlong: row.dpAlong.0, i, lanes, L.width)
      if A.parameters > 1 {
        addColumn(sums.1, to: row.dp.1, isAlong: row.dpAlong.1, i, lanes, L.width)
      }
      if A.parameters > 2 {
        addColumn(sums.2, to: row.dp.2, isAlong: row.dpAlong.2, i, lanes, L.width)
      }
      if A.parameters > 3 {
        addColumn(sums.3, to: row.dp.3, isAlong: row.dpAlong.3, i, lanes, L.width)
      }
      i &+= L.width
    }
    done &+= count
  }
}
