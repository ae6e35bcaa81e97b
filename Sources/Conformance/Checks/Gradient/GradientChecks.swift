extension Checks {
  static let grad: [Check] = structuralGradient
}
