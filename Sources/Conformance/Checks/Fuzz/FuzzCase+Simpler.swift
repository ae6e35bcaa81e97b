extension FuzzCase {
  /// Calls with one thing less to them, what saves most first.
  var simpler: [FuzzCase] {
    var simpler: [FuzzCase] = []
    func add(_ change: (inout FuzzCase) -> Void) {
      var other = self
      change(&other)
      other.tidy()
      if other != self && !simpler.contains(other) { simpler.append(other) }
    }
    add {
      $0.arrangements = [:]
      $0.placements = [:]
    }
    for axis in 0..<4 {
      add { $0.extent[axis] = min($0.extent[axis], 1) }
      add { $0.extent[axis] = ($0.extent[axis] + 1) / 2 }
    }
    for axis in 0..<4 where extent[axis] > 1 { add { $0.extent[axis] -= 1 } }
    add { $0.arrangements = [:] }
    add { $0.placements = [:] }
    for role in arrangements.keys.sorted(by: { $0.number < $1.number }) {
      for arrangement in arrangements[role]!.simpler {
        add { $0.arrangements[role] = arrangement == Arrangement() ? nil : arrangement }
      }
    }
    for role in placements.keys.sorted(by: { $0.number < $1.number }) {
      add { $0.placements[role] = nil }
    }
    for i in varies.indices {
      add { $0.sumsVary[i] = nil }
      add { $0.varies[i] = [] }
      for axis in varies[i] { add { $0.varies[i].removeAll { $0 == axis } } }
    }
    if pass == .fused {
      add { $0.pass = .forward }
      add { $0.pass = .backward }
    }
    add { $0.inPlace = [] }
    add { $0.isProtected = false }
    add { $0.hasMessage = true }
    add { $0.hasDY = true }
    add { $0.setting = 0 }
    add { $0.mix = .simple }
    if mix == .special || mix == .wide { add { $0.mix = .normal } }
    add { $0.absent = [] }
    return simpler
  }
}
