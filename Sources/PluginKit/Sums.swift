// Parameter gradients. They are added in double (FlashKAT's lesson: sums are where training loses bits). A
// sum that rows share stays in registers until the place it belongs to changes; a sum per lane stays there
// over the rows that share it (sweepColumns), and is added to memory once for them all.

/// How a pass adds parameter gradients.
enum SumKind {
  /// There are none.
  case none
  /// Every wanted one is shared by the row.
  case shared
  /// At least one varies along the row.
  case along
}

/// A `SumKind` as a type, for specialising.
protocol SumRule {
  static var kind: SumKind { get }
}

enum NoSums: SumRule {
  @inline(__always) static var kind: SumKind { .none }
}

enum SharedSums: SumRule {
  @inline(__always) static var kind: SumKind { .shared }
}

enum AlongSums: SumRule {
  @inline(__always) static var kind: SumKind { .along }
}

/// Adds the sums of a column of lanes: to each lane's own place, or all to the one they share.
@inline(__always) func addColumn<W: WideLanes>(
  _ wide: W, to place: UnsafeMutablePointer<Double>?, isAlong: Bool, _ i: Int, _ count: Int,
  _ width: Int
) {
  guard let place else { return }
  if !isAlong {
    place.pointee += wide.sum
  } else if count == width {
    wide.add(to: place + i)
  } else {
    wide.add(to: place + i, first: count)
  }
}
