import CSystem

// Functions of C's long double under the names that mathematics uses.
#if arch(x86_64)
  /// 64 bits of significand: what double rounding hides shows up here.
  typealias Wide = Float80

  func exp(_ x: Wide) -> Wide { expl(x) }
  func expm1(_ x: Wide) -> Wide { expm1l(x) }
  func log(_ x: Wide) -> Wide { logl(x) }
  func log1p(_ x: Wide) -> Wide { log1pl(x) }
  func tanh(_ x: Wide) -> Wide { tanhl(x) }
  func sinh(_ x: Wide) -> Wide { sinhl(x) }
  func cosh(_ x: Wide) -> Wide { coshl(x) }
  func atan(_ x: Wide) -> Wide { atanl(x) }
  func asinh(_ x: Wide) -> Wide { asinhl(x) }
  func erf(_ x: Wide) -> Wide { erfl(x) }
  func erfc(_ x: Wide) -> Wide { erfcl(x) }
  func floor(_ x: Wide) -> Wide { floorl(x) }
  func sin(_ x: Wide) -> Wide { sinl(x) }
  func cos(_ x: Wide) -> Wide { cosl(x) }
  func pow(_ x: Wide, _ y: Wide) -> Wide { powl(x, y) }
#else
  typealias Wide = Double
#endif
