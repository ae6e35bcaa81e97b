import CConformance
import CSystem

extension Checks {
  static let callIsPure = Check(
    "call-is-pure", .memory, rule: "P5",
    summary: """
      The state of the process that load-is-pure looks at is compared before and after calls of every \
      pass.
      """,
    why: """
      A kernel that sets the locale to print a number makes another thread read \"1,5\" where it wrote \
      1.5.
      """,
    mend:
      "Call nothing that changes the process: no setlocale, signal, setenv, chdir, umask, open.",
    mutants: [
      "kernel-sets-locale", "kernel-sets-environment", "kernel-changes-folder", "kernel-opens-file",
      "kernel-installs-handler",
    ],
    run: { test in
      let kernel = try test.kernel
      let setting = Setting.initial(kernel.activation)
      var random = test.random(7)
      let extents = [[1, 1, 1, 1], [1, 2, 3, 33], [1, 1, 1, 5000]]
      // What this program itself prepares on first use must not count.
      _ = ProcessState()
      for trial in test.trials(extents.count) {
        let inputs = BoxInputs.random(kernel, extents[trial], setting, &random)
        for pass in kernel.passes {
          let call = BoxCall(inputs, pass)
          let before = ProcessState()
          _ = call.run(kernel, test.board)
          for change in ProcessState().changes(since: before) {
            test.fail("\(call.text): \(change).", test.witness(call, trial, nil))
          }
        }
        if test.isDecided { return }
      }
    })
}
