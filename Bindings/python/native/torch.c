/* The activations as operators of PyTorch, over its stable ABI: one binary for torch 2.10 and later.
 *
 * The operators here are private: a forward and a backward one for each number of tensors, without
 * autograd, of ready handles. actzoo/torch/_raw.py defines and calls them; what a model sees (autograd,
 * fakes, names) is made of them in Python.
 *
 *   _forward2(int handle, Tensor a, Tensor b, int seed=-1) -> Tensor
 *   _backward2_1(int handle, int wanted, Tensor dy, Tensor a, Tensor b, int seed=-1) -> Tensor
 *
 * The tensors are the inputs and then the parameters; bit i of `wanted` asks for the gradient by the i-th,
 * and gradients come in that order. seed < 0: no noise.                                                   */
#include "torch_stable.h"
#include <actzoo/actzoo.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

enum { max_tensors = 16, max_dims = 32, max_handles = 1 << 16, dtypes = 4 };

/* What a handle stands for. Python makes and releases them; a number that is none is refused. */
typedef struct {
  const actzoo_bound *bound[dtypes]; /* f16, bf16, f32, f64; NULL where it could not be bound */
  uint32_t            inputs;        /* 1, or 2 if gated; 0 = a free place */
  uint32_t            next;          /* the next free place */
} place;

static place           places[max_handles];
static uint32_t        used = 1, free_place; /* 0 is no handle */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static atomic_bool     forked;

/* A number for bound activations, 0 if there are too many. */
ACTZOO_EXPORT int64_t actzoo_torch_acquire(const actzoo_bound *const *bound, uint32_t inputs) {
  pthread_mutex_lock(&lock);
  uint32_t handle = free_place;
  if (handle)
    free_place = places[handle].next;
  else if (used < max_handles)
    handle = used++;
  if (handle) {
    memcpy(places[handle].bound, bound, sizeof places[handle].bound);
    places[handle].inputs = inputs;
  }
  pthread_mutex_unlock(&lock);
  return handle;
}

ACTZOO_EXPORT void actzoo_torch_release(int64_t handle) {
  pthread_mutex_lock(&lock);
  places[handle] = (place){.next = free_place};
  free_place = (uint32_t)handle;
  pthread_mutex_unlock(&lock);
}

/* ------------------------------------------------------------------------------------- threads ---- */

typedef struct {
  void (*task)(void *argument, uint64_t index);
  void *argument;
} work;

static void run(int64_t begin, int64_t end, void *context) {
  const work *w = context;
  for (int64_t i = begin; i < end; i++) w->task(w->argument, (uint64_t)i);
}

static void torch_pool(void *context, uint64_t count, void (*task)(void *, uint64_t), void *argument) {
  (void)context;
  work w = {task, argument};
  torch_parallel_for(0, (int64_t)count, 1, run, &w);
}

/* torch's own threads. They do not survive a fork: in a child the library makes new ones. */
static const actzoo_executor *executor(actzoo_executor *e, const actzoo_tensor *x) {
  int64_t elements = 1;
  *e = (actzoo_executor){.concurrency = 1, .parallel_for = torch_pool};
  for (int32_t i = 0; i < x->ndim; i++) elements *= x->shape[i];
  if (elements < 4096) return e; /* one shard */
  torch_get_num_threads(&e->concurrency);
  return e->concurrency > 1 && atomic_load_explicit(&forked, memory_order_relaxed) ? NULL : e;
}

static void in_child(void) { atomic_store(&forked, true); }

/* ------------------------------------------------------------------------------------- tensors ---- */

typedef struct {
  AtenTensorHandle owned[1 + max_tensors]; /* dy and the tensors, or what is made: freed in the end */
  uint32_t         count;
  char             why[400];
} call;

static bool refuse(call *c, int32_t status, const char *sentence) {
  snprintf(c->why, sizeof c->why, "actzoo %d: %s", (int)status, sentence);
  return false;
}

static int dtype_index(int32_t dtype) {
  return dtype == aoti_torch_dtype_float32()    ? 2
         : dtype == aoti_torch_dtype_bfloat16() ? 1
         : dtype == aoti_torch_dtype_float16()  ? 0
         : dtype == aoti_torch_dtype_float64()  ? 3
                                                : -1;
}

static const actzoo_dtype dtype_codes[dtypes] = {ACTZOO_F16, ACTZOO_BF16, ACTZOO_F32, ACTZOO_F64};

static bool describe(call *c, AtenTensorHandle tensor, actzoo_tensor *t) {
  int32_t device = -1, dtype = -1, layout = -1;
  int64_t dims = 0;
  *t = (actzoo_tensor){.device_type = 1};
  if (aoti_torch_get_device_type(tensor, &device) || device != aoti_torch_device_type_cpu() ||
      aoti_torch_get_layout(tensor, &layout) || layout != aoti_torch_layout_strided())
    return refuse(c, ACTZOO_INVALID, "a tensor is not a dense one on the CPU; all operands must be");
  if (aoti_torch_get_dtype(tensor, &dtype) || dtype_index(dtype) < 0)
    return refuse(c, ACTZOO_INVALID, "a tensor is no float; use float16, bfloat16, float32 or float64");
  if (aoti_torch_get_dim(tensor, &dims) || aoti_torch_get_sizes(tensor, &t->shape) ||
      aoti_torch_get_strides(tensor, &t->strides) || aoti_torch_get_data_ptr(tensor, &t->data))
    return refuse(c, ACTZOO_INVALID, "a tensor has no memory of its own; pass a plain one");
  if (dims > max_dims) return refuse(c, ACTZOO_INVALID, "a tensor has more than 32 axes");
  t->ndim = (int32_t)dims;
  t->dtype = dtype_codes[dtype_index(dtype)];
  return true;
}

/* A new tensor like torch.empty_like: dense, its axes in the order of `like`'s strides. */
static bool empty_like(call *c, AtenTensorHandle like, const actzoo_tensor *shape,
                       AtenTensorHandle *made, actzoo_tensor *t) {
  int64_t strides[max_dims];
  int32_t order[max_dims], n = shape->ndim, dtype = -1;
  /* Innermost first. An axis with a stride 0 says nothing of order and stays where it is, as in torch. */
  for (int32_t i = 0; i < n; i++) order[i] = n - 1 - i;
  for (int32_t i = 1; i < n; i++) {
    for (int32_t at = i, below = i - 1; below >= 0; below--) {
      int64_t s = shape->strides[order[below]], u = shape->strides[order[at]];
      bool    larger = s > u || (s == u && shape->shape[order[below]] > shape->shape[order[at]]);
      if (s == 0 || u == 0) continue;
      if (!larger) break;
      int32_t keep = order[at];
      order[at] = order[below], order[below] = keep, at = below;
    }
  }
  int64_t next = 1;
  for (int32_t i = 0; i < n; i++) {
    strides[order[i]] = next;
    if (shape->shape[order[i]] > 1) next *= shape->shape[order[i]];
  }
  if (aoti_torch_get_dtype(like, &dtype) ||
      aoti_torch_empty_strided(n, shape->shape, strides, dtype, aoti_torch_device_type_cpu(), 0, made))
    return refuse(c, ACTZOO_FAILED, "there is no memory for the result");
  return describe(c, *made, t);
}

static const place *find(call *c, StableIValue handle) {
  if (handle > 0 && handle < max_handles && places[handle].inputs) return &places[handle];
  refuse(c, ACTZOO_INVALID, "the handle is none that actzoo.torch made");
  return NULL;
}

/* The operands common to both directions: tensors[0..count-1] into a, views and list. */
static const actzoo_bound *operands(call *c, const place *p, StableIValue seed,
                                    const AtenTensorHandle *tensors, uint32_t count,
                                    actzoo_tensor *views, const actzoo_tensor **list,
                                    actzoo_arguments *a) {
  if (count < p->inputs) return refuse(c, ACTZOO_INVALID, "an input is missing"), NULL;
  for (uint32_t i = 0; i < count; i++) {
    if (!describe(c, tensors[i], &views[i])) return NULL;
    list[i] = &views[i];
  }
  const actzoo_bound *bound = NULL;
  for (int i = 0; i < dtypes; i++)
    if (dtype_codes[i] == views[0].dtype) bound = p->bound[i];
  if (!bound) return refuse(c, ACTZOO_UNSUPPORTED, "the activation is not bound to this type"), NULL;
  *a = (actzoo_arguments){.size = sizeof *a};
  for (uint32_t i = 0; i < p->inputs; i++) a->x[i] = &views[i];
  a->parameters = list + p->inputs;
  a->parameters_count = count - p->inputs;
  if ((int64_t)seed >= 0) a->flags = ACTZOO_SEEDED_NOISE, a->noise_seed = seed;
  return bound;
}

/* Takes the tensors over from the stack. */
static void steal(call *c, const StableIValue *stack, uint64_t count) {
  c->count = (uint32_t)(count > max_tensors + 1 ? max_tensors + 1 : count);
  for (uint32_t i = 0; i < c->count; i++) c->owned[i] = (AtenTensorHandle)(uintptr_t)stack[i];
}

/* Frees them, and throws if there is a sentence to say. */
static void finish(call *c, AtenTensorHandle *made, uint32_t made_count) {
  for (uint32_t i = 0; i < c->count; i++) aoti_torch_delete_tensor_object(c->owned[i]);
  if (!c->why[0]) return;
  for (uint32_t i = 0; i < made_count; i++)
    if (made[i]) aoti_torch_delete_tensor_object(made[i]);
  aoti_torch_check(false, __func__, __FILE__, __LINE__, c->why);
}

static void forward(StableIValue *stack, uint64_t inputs_count, uint64_t outputs_count) {
  call                 c;
  AtenTensorHandle     y = NULL;
  actzoo_tensor        views[max_tensors], y_view;
  const actzoo_tensor *list[max_tensors];
  actzoo_arguments     a;
  actzoo_executor      pool;
  char                 why[320];
  c.why[0] = 0;
  (void)outputs_count;
  steal(&c, stack + 1, inputs_count - 2);
  const place        *p = find(&c, stack[0]);
  const actzoo_bound *bound =
      p ? operands(&c, p, stack[inputs_count - 1], c.owned, c.count, views, list, &a) : NULL;
  if (bound && empty_like(&c, c.owned[0], &views[0], &y, &y_view)) {
    a.y = &y_view;
    a.executor = executor(&pool, &views[0]);
    actzoo_status status = actzoo_forward(bound, &a, why, sizeof why);
    if (status) refuse(&c, status, why);
  }
  finish(&c, &y, 1);
  stack[0] = (StableIValue)(uintptr_t)y;
}

static void backward(StableIValue *stack, uint64_t inputs_count, uint64_t outputs_count) {
  call                 c;
  AtenTensorHandle     made[max_tensors] = {0};
  actzoo_tensor        dy, views[max_tensors], grads[max_tensors];
  const actzoo_tensor *list[max_tensors], *dparameters[max_tensors] = {0};
  actzoo_arguments     a;
  actzoo_executor      pool;
  char                 why[320];
  c.why[0] = 0;
  steal(&c, stack + 2, inputs_count - 3);
  uint64_t            wanted = stack[1], next = 0;
  const place        *p = find(&c, stack[0]);
  const actzoo_bound *bound =
      p ? operands(&c, p, stack[inputs_count - 1], c.owned + 1, c.count - 1, views, list, &a) : NULL;
  bool good = bound && describe(&c, c.owned[0], &dy);
  for (uint32_t i = 0; good && i < c.count - 1; i++) {
    if (!(wanted >> i & 1)) continue;
    if (next == outputs_count)
      good = refuse(&c, ACTZOO_INVALID, "more gradients are wanted than returned");
    else
      good = empty_like(&c, c.owned[1 + i], &views[i], &made[next], &grads[i]);
    if (i < p->inputs)
      a.dx[i] = &grads[i];
    else
      dparameters[i - p->inputs] = &grads[i];
    next++;
  }
  if (good && next != outputs_count)
    good = refuse(&c, ACTZOO_INVALID, "fewer gradients are wanted than returned");
  if (good) {
    a.dy = &dy;
    a.dparameters = dparameters;
    a.executor = executor(&pool, &views[0]);
    actzoo_status status = actzoo_backward(bound, &a, why, sizeof why);
    if (status) refuse(&c, status, why);
  }
  finish(&c, made, (uint32_t)next);
  for (uint64_t i = 0; i < outputs_count; i++) stack[i] = (StableIValue)(uintptr_t)made[i];
}

/* ------------------------------------------------------------------------------------ defining ---- */

/* Defines _forward<tensors> (gradients = 0) or _backward<tensors>_<gradients>; 0 if it is there. */
ACTZOO_EXPORT int32_t actzoo_torch_define(uint32_t tensors, uint32_t gradients) {
  char               name[32], schema[64 + 32 * max_tensors];
  TorchLibraryHandle definitions, kernels;
  if (tensors == 0 || tensors > max_tensors || gradients > tensors) return ACTZOO_INVALID;
  if (gradients)
    snprintf(name, sizeof name, "_backward%u_%u", (unsigned)tensors, (unsigned)gradients);
  else
    snprintf(name, sizeof name, "_forward%u", (unsigned)tensors);
  int at = snprintf(schema, sizeof schema, "%s(int handle%s", name,
                    gradients ? ", int wanted, Tensor dy" : "");
  for (uint32_t i = 0; i < tensors; i++) at += sprintf(schema + at, ", Tensor a%u", (unsigned)i);
  at += sprintf(schema + at, ", int seed=-1) -> %s", gradients > 1 ? "(Tensor" : "Tensor");
  for (uint32_t i = 1; i < gradients; i++) at += sprintf(schema + at, ", Tensor");
  sprintf(schema + at, gradients > 1 ? ")" : "");
  /* Never deleted: deleting a library takes its operators back. */
  if (aoti_torch_library_init_fragment("actzoo", __FILE__, __LINE__, &definitions) ||
      aoti_torch_library_def(definitions, schema) ||
      aoti_torch_library_init_impl("actzoo", "CPU", __FILE__, __LINE__, &kernels) ||
      torch_library_impl(kernels, name, gradients ? backward : forward, TORCH_STABLE_2_10))
    return ACTZOO_FAILED;
  return ACTZOO_OK;
}

__attribute__((constructor)) static void loaded(void) { pthread_atfork(NULL, NULL, in_child); }
