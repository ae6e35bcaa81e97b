import CActZoo

// The box: how operands are laid over it, and the one walk over its rows. A row is the innermost axis.

/// One operand over the box; `Element` is what its memory holds.
struct Operand<Element> {
  /// NULL: absent, or not wanted.
  var data: UnsafeMutablePointer<Element>?
  var outer: (Int, Int, Int)
  /// True if the innermost axis moves along it; false if one value serves the row.
  var isAlong: Bool
  /// From one coefficient to the next.
  var step: Int

  @inline(__always) init(_ view: actzoo_view) {
    data = view.data?.assumingMemoryBound(to: Element.self)
    outer = (Int(view.stride.0), Int(view.stride.1), Int(view.stride.2))
    isAlong = view.stride.3 != 0
    step = Int(view.step)
  }
  /// An operand that is not there.
  @inline(__always) init() {
    data = nil
    outer = (0, 0, 0)
    isAlong = false
    step = 0
  }

  /// Where a row starts.
  @inline(__always) func row(_ at: (Int, Int, Int)) -> UnsafeMutablePointer<Element>? {
    guard let data else { return nil }
    return data + (at.0 &* outer.0 &+ at.1 &* outer.1 &+ at.2 &* outer.2)
  }
}

/// Calls `body` for every row of the box, outermost axis slowest.
@inline(__always) func forEachRow(
  _ extent: (Int64, Int64, Int64, Int64), _ body: ((Int, Int, Int)) -> Void
) {
  let (n0, n1, n2) = (Int(extent.0), Int(extent.1), Int(extent.2))
  var i0 = 0
  while i0 < n0 {
    var i1 = 0
    while i1 < n1 {
      var i2 = 0
      while i2 < n2 {
        body((i0, i1, i2))
        i2 &+= 1
      }
      i1 &+= 1
    }
    i0 &+= 1
  }
}
