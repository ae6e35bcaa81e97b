/* actzoo/plugin.h - what an activation plugin implements. Contract 1, version 1.0. C99, self-contained.
 *
 * A plugin is one shared library, NAME.actzoo.so. It carries
 *   - one text, the descriptor, in the section ".actzoo.manifest": ids, formulas, parameters, accuracy
 *     claims. Grammar: docs/formula.md. The host reads it without loading the library;
 *   - one exported function, actzoo_plugin_v1, which returns compiled kernels for what the text says.
 *
 * Rules for plugins. Each has a number that the host's messages and the conformance tests repeat.
 *  P1  exports   The only exported symbol is actzoo_plugin_v1 (a later major version: actzoo_plugin_v2).
 *  P2  lifetime  Whatever a plugin hands out is constant and valid until the process exits. There is no
 *                init, no deinit and no unload, and no constructor runs when the library is loaded.
 *  P3  growth    Fields are only ever appended. A reader touches a field only if ACTZOO_HAS() says that
 *                the writer had it; `size` is compared with >=, never with ==. Absent means zero.
 *  P4  needs     needs_minor is the oldest host that serves what the plugin USES, not what built it.
 *  P5  purity    Loading and calling leave the process as it was: floating-point control word, locale,
 *                signal handlers, files, environment. The host calls kernels with round-to-nearest and
 *                with subnormals on.
 *  P6  bounds    A kernel reads and writes the elements of the box and nothing else; inputs are never
 *                written, outputs not wanted (NULL) are not touched.
 *  P7  alignment Operands are aligned to their element, and nothing more may be assumed.
 *  P8  purity of results  The bits of an element do not depend on its address, on its place in the box,
 *                on how the host cut the box, or on the thread.
 *  P9  adding    dparam is ADDED to, in double. Everything else that is written is overwritten.
 *  P10 accuracy  Every claim of the text holds: |error| <= ulp * ulp(exact) + abs.
 *  P11 memory    Nothing allocated on one side is freed on the other; the caller owns every buffer.
 *                Kernels do not allocate, block, log, throw or start threads: the host splits the work.
 *  P12 refusal   A kernel decides UNSUPPORTED or INVALID from sizes, strides, counts and NULLs alone,
 *                before it touches an operand, so that every shard of a call agrees.
 *  P13 text      The descriptor parses, and every kernel row names an activation that it describes.
 *  P14 level     The library runs on the CPU level that its text and its file name say, or on the
 *                architecture's first level when they say none.
 *  P15 linkage   No text relocations, no executable stack, no RUNPATH, no unique symbols (STB_GNU_UNIQUE);
 *                it needs libc, libm and the loader, and no other library.
 *  P16 flags     A row's flags are true: the in-place calls that it declares give the bits of the others,
 *                and backward reads x and y only where NEEDS_X and NEEDS_Y say so.
 *  P17 passes    fused gives the bits of forward and of backward; dy absent means dy = 1; the same noise
 *                gives the same bits in every pass.
 *
 * Thread tags: [concurrent] any thread, any number of calls at once. Every function below is
 * [concurrent].                                                                                     */
#ifndef ACTZOO_PLUGIN_H
#define ACTZOO_PLUGIN_H
#include <stddef.h>
#include <stdint.h>

#define ACTZOO_MINOR 0u /* newest 1.x that this header describes */

/* 1 if the struct that *p points at was made by someone who knew `field`. */
#define ACTZOO_HAS(type, p, field) ((size_t)(p)->size >= offsetof(type, field) + sizeof((p)->field))

#define ACTZOO_EXPORT __attribute__((visibility("default")))
#ifdef __has_attribute
#if __has_attribute(retain)
#define ACTZOO_RETAIN , retain /* or --gc-sections drops it */
#endif
#endif
#ifndef ACTZOO_RETAIN
#define ACTZOO_RETAIN
#endif
/* ACTZOO_MANIFEST const char manifest[] = "actzoo 1\nplugin ...\n";  Once in a plugin. */
#define ACTZOO_MANIFEST __attribute__((section(".actzoo.manifest"), used ACTZOO_RETAIN)) static

#ifdef __cplusplus
extern "C" {
#endif

typedef int32_t actzoo_status;
#define ACTZOO_OK 0
#define ACTZOO_UNSUPPORTED 1 /* legal, but not served by this kernel; the host falls back */
#define ACTZOO_INVALID 2     /* the caller broke the contract; the message says how       */

/* Element type: the four bytes of a DLPack DLDataType (code, bits, lanes) read as little-endian. */
typedef uint32_t actzoo_dtype;
#define ACTZOO_F16 0x00011002u
#define ACTZOO_BF16 0x00011004u
#define ACTZOO_F32 0x00012002u
#define ACTZOO_F64 0x00014002u

/* One operand laid over the iteration box. FROZEN: it never grows, so arrays of it are safe.
 * The innermost stride (stride[3]) is 1 for x, y, dy, dx and noise (or 0, where that axis has one
 * element), and 0 or 1 for param and dparam. The host rearranges whatever differs.              */
typedef struct actzoo_view {
  void   *data;      /* NULL: operand absent, or output not wanted. The caller's, for the call    */
  int64_t stride[4]; /* in elements, outermost axis first; 0 = the same value all along the axis  */
  int64_t step;      /* vector parameters: elements from one coefficient to the next; else 0      */
  int64_t count;     /* parameters: how many coefficients (terms, points, degree + 1), 1 if scalar */
} actzoo_view;

/* One evaluation over a 4-D box. Every operand shares `extent`; granularity is only strides. */
typedef struct actzoo_call {
  uint32_t           size;      /* sizeof(actzoo_call) of the caller                                 */
  actzoo_dtype       dtype;     /* element type of x, y, dy, dx                                      */
  int64_t            extent[4]; /* >= 0, outermost first; with a 0: return ACTZOO_OK, touch nothing  */
  actzoo_view        x[2];      /* in; x[1] (the formula's g) only for gated functions               */
  actzoo_view        y;         /* out (forward, fused); in (backward of rows flagged NEEDS_Y)       */
  actzoo_view        dy;        /* in; data NULL means dy = 1, so that dx is the derivative          */
  actzoo_view        dx[2];     /* out: overwritten; data NULL = not wanted                          */
  actzoo_view        noise;     /* in: float in [0,1), made by the host; the same in backward        */
  const actzoo_view *param;     /* in, [parameters of the text]: float, or double if dtype is F64    */
  const actzoo_view *dparam;    /* in/out, [parameters of the text] or NULL: double, ADDED to; its   */
                                /* strides are independent of param's. The host zeroes and reduces   */
  int32_t  device_type;         /* DLPack code, 1 = CPU                                              */
  int32_t  device_id;
  void    *stream;  /* NULL on the CPU                                                   */
  char    *message; /* optional: [message_size] bytes for a reason when not ACTZOO_OK    */
  uint64_t message_size;
} actzoo_call;

/* [concurrent] Evaluates one box. `self` is the row's own; `call` is the caller's, constant. */
typedef actzoo_status (*actzoo_kernel)(const void *self, const actzoo_call *call);

/* Compiled code for one activation of the text, one element type, one device. A capability is a row. */
typedef struct actzoo_kernels {
  uint32_t      size; /* sizeof(actzoo_kernels) of the plugin                              */
  actzoo_dtype  dtype;
  int32_t       device_type; /* DLPack code, 1 = CPU                                              */
  uint32_t      flags;       /* ACTZOO_INPLACE_..., ACTZOO_BACKWARD_...; the host ignores others  */
  const char   *activation;  /* id as in the text: "org.zoo.silu/1"                               */
  const void   *self;        /* handed to every call; may be NULL                                 */
  actzoo_kernel forward;     /* x -> y. Never NULL                                                */
  actzoo_kernel backward;    /* optional: (x and/or y), dy -> dx, dparam                          */
  actzoo_kernel fused;       /* optional: x, dy -> y, dx, dparam in one pass                      */
} actzoo_kernels;
#define ACTZOO_INPLACE_FORWARD 0x1u   /* y may be x[0]: same data, same strides                   */
#define ACTZOO_INPLACE_BACKWARD 0x2u  /* dx[0] may be dy: same data, same strides                 */
#define ACTZOO_BACKWARD_NEEDS_X 0x10u /* backward reads x                                         */
#define ACTZOO_BACKWARD_NEEDS_Y 0x20u /* backward reads y                                         */

typedef struct actzoo_plugin {
  uint32_t                     size;        /* sizeof(actzoo_plugin) of the plugin                    */
  uint32_t                     needs_minor; /* P4                                                     */
  uint64_t                     kernels_count;
  const actzoo_kernels *const *kernels; /* [kernels_count], none NULL                             */
  /* [concurrent] Optional: "actzoo.NAME/1" or "com.vendor.NAME/1" -> a constant table, or NULL.  */
  const void *(*extension)(const char *id);
} actzoo_plugin;

typedef struct actzoo_host {
  uint32_t    size;
  uint32_t    minor; /* newest 1.x that the host speaks                                           */
  const char *name;  /* for messages; lives until the process exits                               */
  /* [concurrent] Optional: as above, in the other direction.                                     */
  const void *(*extension)(const char *id);
} actzoo_host;

/* [concurrent] The only exported symbol; its suffix is the major version. Idempotent, cheap, no I/O.
 * `host` lives until the process exits. NULL means "cannot run here". */
ACTZOO_EXPORT const actzoo_plugin *actzoo_plugin_v1(const actzoo_host *host);

#ifdef __cplusplus
}
#endif
#endif
