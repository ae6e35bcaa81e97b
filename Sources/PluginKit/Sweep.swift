// The row kernels of every activation made from a formula. Forward, backward and fused are this sweep with
// constant flags; what a pass does not need is removed when it is specialised.

/// What the rows of a call go through.
///
/// A type, not a value: each pass is a specialisation of its own, whatever the inliner thinks.
protocol Pass {
  static var writesY: Bool { get }
  static var takesGradients: Bool { get }
  static var sums: SumKind { get }
}

/// x -> y.
enum Forward: Pass {
  @inline(__always) static var writesY: Bool { true }
  @inline(__always) static var takesGradients: Bool { false }
  @inline(__always) static var sums: SumKind { .none }
}

/// (x, dy) -> dx and parameter gradients.
enum Backward<S: SumRule>: Pass {
  @inline(__always) static var writesY: Bool { false }
  @inline(__always) static var takesGradients: Bool { true }
  @inline(__always) static var sums: SumKind { S.kind }
}

/// (x, dy) -> y, dx and parameter gradients.
enum Fused<S: SumRule>: Pass {
  @inline(__always) static var writesY: Bool { true }
  @inline(__always) static var takesGradients: Bool { true }
  @inline(__always) static var sums: SumKind { S.kind }
}

/// The row kernel of a pass.
@inline(__always) func rows<A: Activation, L: Lanes, P: Pass>(
  _: A.Type, _: L.Type, _: P.Type, _ rows: UnsafeMutableRawPointer
) {
  if P.sums != .along {
    sweep(A.self, L.self, P.self, rows)
    return
  }
  // Backward first: y may be x, and dx is never x. A loop for both at once would cost every plugin more room
  // than the case is worth.
  sweepColumns(A.self, L.self, Backward<AlongSums>.self, rows)
  if P.writesY { sweep(A.self, L.self, Forward.self, rows) }
}

/// One row: where each operand starts, and which of them advance with it.
struct Row<L: Lanes> {
  typealias Pointer = UnsafeMutablePointer<L.Scalar>
  var x: RowOperand<L.Scalar>
  var g: RowOperand<L.Scalar>
  var u: RowOperand<Float>
  var y: RowOperand<L.Scalar>
  var dy: RowOperand<L.Scalar>
  var dx: RowOperand<L.Scalar>
  var dg: RowOperand<L.Scalar>
  var p: (Pointer, Pointer, Pointer, Pointer)
  /// -1 where the operand advances with the row, 0 where it is one vector.
  var dyMask: Int
  var pMask: (Int, Int, Int, Int)

  /// True if no parameter advances with the row.
  @inline(__always) var sharesParameters: Bool {
    pMask.0 | pMask.1 | pMask.2 | pMask.3 == 0
  }

  /// The first of some rows.
  @inline(__always) init(_ rows: UnsafePointer<Rows<L>>, _ parameters: Int) {
    let r = rows.pointee
    (x, g, u, y, dy, dx, dg) = (r.x, r.g, r.u, r.y, r.dy, r.dx, r.dg)
    dyMask = -r.dyAlong
    let none = x.data.unsafelyUnwrapped
    @inline(__always) func place(_ k: Int) -> (Pointer, Int) {
      if k >= parameters { return (none, 0) }
      return (r.parameter[k].data.unsafelyUnwrapped, -r.parameter[k].along)
    }
    let (p0, p1, p2, p3) = (place(0), place(1), place(2), place(3))
    p = (p0.0, p1.0, p2.0, p3.0)
    pMask = (p0.1, p1.1, p2.1, p3.1)
  }

  /// Goes on to the next row.
  @inline(__always) mutating func advance<A: Activation, P: Pass>(_: A.Type, _: P.Type) {
    x.advance()
    if A.isGated { g.advance() }
    if A.isNoisy { u.advance() }
    if P.writesY { y.advance() }
    if P.takesGradients {
      dy.advance()
      dx.advance()
      if A.isGated { dg.advance() }
    }
  }
}

/// The parameters of `count` lanes from element `i` of a row.
@inline(__always) func parameters<A: Activation, L: Lanes>(
  _: A.Type, _ row: Row<L>, _ i: Int, _ count: Int
) -> (L, L, L, L) {
  @inline(__always) func parameter(
    _ k: Int, _ p: UnsafeMutablePointer<L.Scalar>, _ mask: Int
  ) -> L {
    if k >= A.parameters { return 0 }
    // One vector for the row, or as many lanes as the row has left; the others are 1, where a formula is
    // least likely to raise a flag that no element raised.
    if count == L.width || mask == 0 { return L.load(p + (i & mask)) }
    return L.select(L.mask(first: count), L.load(p + i, first: count), 1)
  }
  return (
    parameter(0, row.p.0, row.pMask.0), parameter(1, row.p.1, row.pMask.1),
    parameter(2, row.p.2, row.pMask.2), parameter(3, row.p.3, row.pMask.3)
  )
}

/// Computes `count` lanes from element `i` of a row.
///
/// The same arithmetic for full and partial lanes, so an element's bits do not depend on its place.
@inline(__always) func step<A: Activation, L: Lanes, P: Pass>(
  _: A.Type, _: P.Type, _ row: Row<L>, _ i: Int, _ count: Int, _ p: (L, L, L, L),
  _ sums: inout (L.Wide, L.Wide, L.Wide, L.Wide)
) {
  @inline(__always) func get(_ p: RowOperand<L.Scalar>) -> L {
    let place = p.data.unsafelyUnwrapped + i
    return count == L.width ? L.load(place) : L.load(place, first: count)
  }
  @inline(__always) func put(_ value: L, _ p: UnsafeMutablePointer<L.Scalar>) {
    if count == L.width { value.store(p) } else { value.store(p, first: count) }
  }

  let a = Arguments<L>(
    x: get(row.x), g: A.isGated ? get(row.g) : 0,
    u: A.isNoisy ? L.load(noise: row.u.data.unsafelyUnwrapped + i, count) : 0, p: p)
  // Everything is loaded before anything is stored: y may be x, dx may be dy.
  var dy: L = 0
  if P.takesGradients {
    let place = row.dy.data.unsafelyUnwrapped + (i & row.dyMask)
    dy = count == L.width ? L.load(place) : L.load(place, first: count)
  }
  let y: L = P.writesY ? A.value(a) : 0
  if P.takesGradients {
    let d = A.gradient(a)
    if let dx = row.dx.data { put(dy * d.x, dx + i) }
    if A.isGated, let dg = row.dg.data { put(dy * d.g, dg + i) }
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
  if P.writesY, let place = row.y.data { put(y, place + i) }
}

/// Sweeps rows one after the other.
@inline(never) func sweep<A: Activation, L: Lanes, P: Pass>(
  _: A.Type, _: L.Type, _: P.Type, _ raw: UnsafeMutableRawPointer
) {
  let rows = UnsafePointer(raw.assumingMemoryBound(to: Rows<L>.self))
  var row = Row(rows, A.parameters)
  let (n, scratch) = (rows.pointee.n, rows.pointee.scratch)
  @inline(__always) func start(_ k: Int) -> L.Wide {
    P.sums == .shared && k < A.parameters ? scratch[k] : L.Wide.zero
  }
  var sums = (start(0), start(1), start(2), start(3))
  for _ in 0..<rows.pointee.count {
    var i = 0
    // Stretches that share their parameters: the whole row, or one vector. What a formula computes of its
    // parameters alone is then computed once a stretch.
    while i < n {
      let p = parameters(A.self, row, i, Swift.min(L.width, n &- i))
      let end = row.sharesParameters ? n : i &+ L.width
      // One body for full and partial lanes: a second one for the tail would double every plugin, and the
      // branch is predicted.
      repeat {
        step(A.self, P.self, row, i, Swift.min(L.width, n &- i), p, &sums)
        i &+= L.width
      } while i < end
    }
    row.advance(A.self, P.self)
  }
  if P.sums == .shared {
    if A.parameters > 0 { scratch[0] = sums.0 }
    if A.parameters > 1 { scratch[1] = sums.1 }
    if A.parameters > 2 { scratch[2] = sums.2 }
    if A.parameters > 3 { scratch[3] = sums.3 }
  }
}

/// Sweeps rows a few lanes wide and some rows deep at a time: sums along the row stay in registers instead of
/// being loaded and stored for every element.
@inline(never) func sweepColumns<A: Activation, L: Lanes, P: Pass>(
  _: A.Type, _: L.Type, _: P.Type, _ raw: UnsafeMutableRawPointer
) {
  let rows = UnsafePointer(raw.assumingMemoryBound(to: Rows<L>.self))
  let (n, rowCount) = (rows.pointee.n, rows.pointee.count)
  // Few enough rows that each may be in a page of its own.
  let depth = 32
  var row = Row(rows, A.parameters)
  var done = 0
  while done < rowCount {
    let start = row
    let count = Swift.min(depth, rowCount &- done)
    var i = 0
    while i < n {
      let lanes = Swift.min(L.width, n &- i)
      var sums = (L.Wide.zero, L.Wide.zero, L.Wide.zero, L.Wide.zero)
      row = start
      let p = parameters(A.self, row, i, lanes)
      for _ in 0..<count {
        step(A.self, P.self, row, i, lanes, p, &sums)
        row.advance(A.self, P.self)
      }
      @inline(__always) func add(_ k: Int, _ sum: L.Wide) {
        if k >= A.parameters { return }
        let parameter = rows.pointee.parameter[k]
        addColumn(sum, to: parameter.sum, isAlong: parameter.sumAlong != 0, i, lanes, L.width)
      }
      add(0, sums.0)
      add(1, sums.1)
      add(2, sums.2)
      add(3, sums.3)
      i &+= L.width
    }
    done &+= count
  }
}
