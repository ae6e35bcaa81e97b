/// A failure that the user can act on: one sentence on standard error, exit code 2.
struct CommandFailure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
