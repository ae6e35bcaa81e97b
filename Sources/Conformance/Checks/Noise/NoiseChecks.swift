extension Checks {
  static let noise: [Check] = [NoiseRange.check, NoiseAgrees.check]
}
