/* XLA's door to libactzoo: two handlers that serve every activation.
 *
 *   actzoo_jax_forward    x, [g], parameters..., [noise]          ->  y
 *   actzoo_jax_backward   x, [g], parameters..., [noise], [dy]    ->  those of dx, [dg], dparameters... wanted
 *
 * Attributes: `activation` is a key given to actzoo_jax_register or an id that the zoo of the default search
 * path has; `noise` and `dy` say whether that operand is there; bit i of `wanted` says whether the i-th
 * gradient is.
 *
 * Every buffer has the shape (batches..., N, A, C, B), of which an operand may have 1 instead: its values are
 * then the same along that axis. Parameters that are vectors have one axis more, of their coefficients. In the
 * gradient of a parameter 1 means the sum over that axis, but never along batches: these are what vmap adds.
 * N, A, C, B are samples, what lies between samples and channels, channels, and the rest; the caller reshapes. */
#include "xla_ffi.h"

#include <actzoo/actzoo.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { max_rank = 31, max_parameters = 60, max_operands = max_parameters + 4, message_size = 512 };

/* ---------------------------------------------------------------- activations and how they are bound ---- */

typedef struct binding {
  struct binding *next;
  actzoo_dtype    dtype;
  actzoo_bound   *bound;
  actzoo_choice   choices[];
} binding;

typedef struct entry {
  struct entry            *next;
  const actzoo_activation *activation;
  binding                 *bindings;
  uint32_t                 inputs, parameters;
  uint8_t                  is_vector[max_parameters];
  char                     key[];
} entry;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static entry          *entries[256];

static entry **bucket(const char *key, size_t length) {
  uint32_t hash = 2166136261u;
  for (size_t i = 0; i < length; i++) hash = (hash ^ (uint8_t)key[i]) * 16777619u;
  return &entries[hash % 256];
}

static entry *find(const char *key, size_t length) {
  for (entry *e = *bucket(key, length); e; e = e->next)
    if (strlen(e->key) == length && memcmp(e->key, key, length) == 0) return e;
  return NULL;
}

static entry *add(const char *key, size_t length, const actzoo_activation *activation, char *message) {
  actzoo_info info = {.size = sizeof info};
  if (actzoo_describe(activation, &info) || info.parameters_count > max_parameters) {
    snprintf(message, message_size, "'%.*s' has more than %d parameters; call its formula in jax.numpy",
             (int)length, key, max_parameters);
    return NULL;
  }
  entry *e = calloc(1, sizeof *e + length + 1);
  if (!e) {
    snprintf(message, message_size, "there is no memory for '%.*s'", (int)length, key);
    return NULL;
  }
  e->activation = activation;
  e->inputs = info.inputs;
  e->parameters = info.parameters_count;
  for (uint32_t i = 0; i < e->parameters; i++) {
    actzoo_parameter parameter = {.size = sizeof parameter};
    actzoo_describe_parameter(activation, i, &parameter);
    e->is_vector[i] = (parameter.flags & ACTZOO_VECTOR) != 0;
  }
  memcpy(e->key, key, length);
  entry **first = bucket(key, length);
  e->next = *first;
  *first = e;
  return e;
}

/* [concurrent] Makes an activation known by a key; its zoo must stay open. 0, or 1 and message[512]. */
ACTZOO_EXPORT int actzoo_jax_register(const char *key, const actzoo_activation *activation,
                                      char *message);

int actzoo_jax_register(const char *key, const actzoo_activation *activation, char *message) {
  pthread_mutex_lock(&lock);
  size_t length = strlen(key);
  entry *e = find(key, length);
  if (!e) e = add(key, length, activation, message);
  pthread_mutex_unlock(&lock);
  return e == NULL;
}

/* What a compiled program that was saved elsewhere names is looked for in the zoo. Needs the lock. */
static entry *open_and_find(const char *key, size_t length, char *message) {
  static actzoo_zoo       *zoo;
  char                     name[256];
  const actzoo_activation *activation;
  if (length >= sizeof name || memchr(key, ':', length)) {
    snprintf(message, message_size,
             "this program uses '%.*s', which this process has not loaded; call actzoo.jax.function on "
             "it first",
             (int)length, key);
    return NULL;
  }
  memcpy(name, key, length);
  name[length] = 0;
  if (!zoo && actzoo_open(NULL, &zoo, message, message_size)) return NULL;
  if (actzoo_find(zoo, name, &activation, message, message_size)) return NULL;
  return add(key, length, activation, message);
}

static entry *lookup(XLA_FFI_ByteSpan key, char *message) {
  pthread_mutex_lock(&lock);
  entry *e = find(key.ptr, key.len);
  if (!e) e = open_and_find(key.ptr, key.len, message);
  pthread_mutex_unlock(&lock);
  return e;
}

/* Bound once for each type and choice, and kept. The channel axis is that of (N, A, C, B). */
static actzoo_status bind(entry *e, actzoo_dtype dtype, const actzoo_choice *choices,
                          actzoo_bound **bound, char *message) {
  size_t        bytes = e->parameters * sizeof *choices;
  actzoo_status status = ACTZOO_OK;
  pthread_mutex_lock(&lock);
  binding *b = e->bindings;
  while (b && (b->dtype != dtype || memcmp(b->choices, choices, bytes) != 0)) b = b->next;
  if (!b) {
    actzoo_binding wanted = {.size = sizeof wanted, .dtype = dtype, .channel_axis = 2};
    wanted.choices = choices;
    wanted.choices_count = e->parameters;
    b = malloc(sizeof *b + bytes);
    status = b ? actzoo_bind(e->activation, &wanted, &b->bound, message, message_size) : ACTZOO_FAILED;
    if (status) {
      if (!b) snprintf(message, message_size, "there is no memory to bind '%s'", e->key);
      free(b);
    } else {
      b->dtype = dtype;
      memcpy(b->choices, choices, bytes);
      b->next = e->bindings;
      e->bindings = b;
    }
  }
  if (!status) *bound = b->bound;
  pthread_mutex_unlock(&lock);
  return status;
}

/* ------------------------------------------------------------------------------------- operands ---- */

/* A buffer of (batches..., N, A, C, B) and perhaps coefficients, with stride 0 where it has 1. */
typedef struct operand {
  char    *data;
  int64_t  dims[max_rank + 1], strides[max_rank + 1], count;
  size_t   item;
  int      is_vector;
  uint32_t dtype;
} operand;

/* A tensor of libactzoo and what it points at. */
typedef struct tensor {
  actzoo_tensor base;
  int64_t       shape[max_rank + 1], strides[max_rank + 1];
} tensor;

static uint32_t dtype_of(XLA_FFI_DataType dtype) {
  switch (dtype) {
  case XLA_FFI_DataType_F16:
    return ACTZOO_F16;
  case XLA_FFI_DataType_BF16:
    return ACTZOO_BF16;
  case XLA_FFI_DataType_F32:
    return ACTZOO_F32;
  case XLA_FFI_DataType_F64:
    return ACTZOO_F64;
  default:
    return 0;
  }
}

static int read(operand *o, const XLA_FFI_Buffer *buffer, int is_vector, int64_t rank) {
  o->dtype = dtype_of(buffer->dtype);
  o->item = (o->dtype >> 8 & 0xff) / 8;
  if (buffer->rank != rank + is_vector || !o->dtype) return 0;
  o->data = buffer->data;
  o->is_vector = is_vector;
  o->count = is_vector ? buffer->dims[rank] : 0;
  int64_t step = is_vector ? o->count : 1;
  for (int64_t i = rank - 1; i >= 0; i--) {
    o->dims[i] = buffer->dims[i];
    o->strides[i] = buffer->dims[i] == 1 ? 0 : step;
    step *= buffer->dims[i];
  }
  return 1;
}

static void append(tensor *t, const operand *o, const int64_t *full, int first, int last) {
  for (int i = first; i < last; i++) {
    t->shape[t->base.ndim] = full[i];
    t->strides[t->base.ndim++] = o->strides[i];
  }
}

/* ---------------------------------------------------------------------------------------- a call ---- */

/* Operands in the order of the frame: inputs, parameters, noise, dy; results in that of `wanted`. */
typedef struct call {
  entry          *activation;
  int             rank, has_noise, has_dy;
  uint64_t        wanted;         /* gradients; 0: forward */
  int64_t         full[max_rank]; /* the shape of x if nothing is left out */
  operand         operands[max_operands], results[max_operands];
  int             outer, sample, inner; /* axes: a loop runs over those before `outer`; N; A */
  int64_t         index[max_rank];      /* where that loop stands */
  actzoo_executor executor;
  char            message[message_size];
} call;

static const actzoo_granularity whole = ACTZOO_PER_SAMPLE | ACTZOO_PER_ELEMENT;

/* One step's part of an operand, with the axes that go with its granularity. */
static const actzoo_tensor *part(tensor *t, const operand *o, const call *c,
                                 actzoo_granularity varies) {
  int64_t offset = 0;
  for (int i = 0; i < c->outer; i++) offset += c->index[i] * o->strides[i];
  t->base =
      (actzoo_tensor){.device_type = 1, .dtype = o->dtype, .shape = t->shape, .strides = t->strides};
  t->base.data = o->data + offset * (int64_t)o->item;
  if (varies & ACTZOO_PER_SAMPLE) append(t, o, c->full, c->outer, c->sample + 1);
  if (varies & ACTZOO_PER_ELEMENT) append(t, o, c->full, c->inner, c->rank);
  if (varies & ACTZOO_PER_CHANNEL) append(t, o, c->full, c->inner + 1, c->inner + 2);
  if (o->is_vector) {
    t->shape[t->base.ndim] = o->count;
    t->strides[t->base.ndim++] = 1;
  }
  return &t->base;
}

/* How an operand varies over (N, A, C, B); 0 if libactzoo has no word for it. */
static int granularity(const operand *o, const call *c, actzoo_granularity *varies) {
  int is_full[3], is_whole = 1;
  for (int i = 0; i < 3; i++) {
    is_full[i] = o->dims[c->inner + i] > 1;
    is_whole &= is_full[i] == (c->full[c->inner + i] > 1);
  }
  *varies = o->dims[c->sample] > 1 ? ACTZOO_PER_SAMPLE : ACTZOO_PER_LAYER;
  if (is_full[0] || is_full[2])
    *varies |= ACTZOO_PER_ELEMENT;
  else if (is_full[1])
    *varies |= ACTZOO_PER_CHANNEL;
  return is_whole || !(*varies & ACTZOO_PER_ELEMENT);
}

static actzoo_status evaluate(call *c) {
  entry         *e = c->activation;
  operand       *gradients[max_operands] = {0}, *values = &c->operands[e->inputs];
  operand       *rest = &values[e->parameters];
  const uint64_t by_parameters = c->wanted >> e->inputs;
  for (uint32_t i = 0, k = 0; i < e->inputs + e->parameters; i++)
    if (c->wanted >> i & 1) gradients[i] = &c->results[k++];

  /* Without sums parameters vary as they like, by their strides. Sums follow the shapes of the results: the
   * last batch stands for the samples where these are one, and other batches are a loop. */
  c->sample = c->rank - 4;
  c->inner = c->rank - 3;
  c->outer = by_parameters ? c->sample : 0;
  if (c->outer > 0 && c->full[c->sample] == 1) c->sample = --c->outer;
  actzoo_choice choices[max_parameters + 1];
  memset(choices, 0, sizeof choices);
  for (uint32_t i = 0; i < e->parameters; i++) {
    operand *gradient = gradients[e->inputs + i];
    choices[i].count = (uint64_t)values[i].count;
    choices[i].granularity = whole;
    if (by_parameters && !granularity(gradient ? gradient : &values[i], c, &choices[i].granularity)) {
      snprintf(c->message, message_size, "parameter %u of %s varies along axes that are not channels",
               i, e->key);
      return ACTZOO_INVALID;
    }
  }
  actzoo_bound *bound = NULL;
  actzoo_status status = bind(e, c->operands[0].dtype, choices, &bound, c->message);

  int64_t steps = 1;
  for (int i = 0; i < c->outer; i++) steps *= c->full[i];
  for (int64_t step = 0; step < steps && !status; step++) {
    int64_t left = step;
    for (int i = c->outer - 1; i >= 0; left /= c->full[i], i--) c->index[i] = left % c->full[i];
    tensor               tensors[2 * max_operands], *t = tensors;
    const actzoo_tensor *parameters[max_parameters + 1], *dparameters[max_parameters + 1];
    actzoo_arguments     a = {.size = sizeof a, .executor = c->executor.schedule ? &c->executor : NULL};
    for (uint32_t i = 0; i < e->inputs; i++) {
      a.x[i] = part(t++, &c->operands[i], c, whole);
      if (gradients[i]) a.dx[i] = part(t++, gradients[i], c, whole);
    }
    for (uint32_t i = 0; i < e->parameters; i++) {
      operand *gradient = gradients[e->inputs + i];
      parameters[i] = part(t++, &values[i], c, choices[i].granularity);
      dparameters[i] = gradient ? part(t++, gradient, c, choices[i].granularity) : NULL;
    }
    if (c->has_noise) a.noise = part(t++, rest, c, whole);
    if (c->has_dy) a.dy = part(t++, rest + c->has_noise, c, whole);
    a.parameters = parameters;
    a.dparameters = dparameters;
    a.parameters_count = e->parameters;
    if (!c->wanted) {
      a.y = part(t++, &c->results[0], c, whole);
      status = actzoo_forward(bound, &a, c->message, message_size);
    } else {
      status = actzoo_backward(bound, &a, c->message, message_size);
    }
  }
  return status;
}

/* --------------------------------------------------------------------------------------- XLA ---- */

typedef struct pool {
  const XLA_FFI_Api        *api;
  XLA_FFI_ExecutionContext *ctx;
} pool;

static void destroy(const XLA_FFI_Api *api, XLA_FFI_Error *error) {
  XLA_FFI_Error_Destroy_Args args = {.struct_size = sizeof args, .error = error};
  api->XLA_FFI_Error_Destroy(&args);
}

/* XLA's own threads. Where there are none the task runs here. */
static void schedule(void *context, void (*task)(void *), void *argument) {
  pool                            *p = context;
  XLA_FFI_ThreadPool_Schedule_Args args = {
      .struct_size = sizeof args, .ctx = p->ctx, .task = task, .data = argument};
  XLA_FFI_Error *error = p->api->XLA_FFI_ThreadPool_Schedule(&args);
  if (!error) return;
  destroy(p->api, error);
  task(argument);
}

/* An executor if this XLA has threads to offer; without it libactzoo uses its own. */
static actzoo_executor executor(pool *p) {
  actzoo_executor none = {0};
  if (p->api->struct_size < sizeof(XLA_FFI_Api)) return none;
  int64_t                            threads = 0;
  XLA_FFI_ThreadPool_NumThreads_Args args = {
      .struct_size = sizeof args, .ctx = p->ctx, .num_threads = &threads};
  XLA_FFI_Error *error = p->api->XLA_FFI_ThreadPool_NumThreads(&args);
  if (error) {
    destroy(p->api, error);
    return none;
  }
  return (actzoo_executor){
      .context = p, .concurrency = threads > 0 ? (uint32_t)threads : 1, .schedule = schedule};
}

static XLA_FFI_Error *refuse(const XLA_FFI_Api *api, actzoo_status status, const char *message) {
  XLA_FFI_Error_Code        code = status == ACTZOO_INVALID       ? XLA_FFI_Error_Code_INVALID_ARGUMENT
                                   : status == ACTZOO_NOT_FOUND   ? XLA_FFI_Error_Code_NOT_FOUND
                                   : status == ACTZOO_UNSUPPORTED ? XLA_FFI_Error_Code_UNIMPLEMENTED
                                                                  : XLA_FFI_Error_Code_INTERNAL;
  XLA_FFI_Error_Create_Args args = {.struct_size = sizeof args, .message = message, .errc = code};
  return api->XLA_FFI_Error_Create(&args);
}

static void *attribute(const XLA_FFI_Attrs *attrs, XLA_FFI_AttrType type, const char *name) {
  for (int64_t i = 0; i < attrs->size; i++)
    if (attrs->types[i] == type && attrs->names[i]->len == strlen(name) &&
        memcmp(attrs->names[i]->ptr, name, attrs->names[i]->len) == 0)
      return attrs->attrs[i];
  return NULL;
}

/* An attribute that is a whole number; 0 if it is left out. */
static int64_t number(const XLA_FFI_Attrs *attrs, const char *name) {
  const XLA_FFI_Scalar *scalar = attribute(attrs, XLA_FFI_AttrType_SCALAR, name);
  return scalar && scalar->dtype == XLA_FFI_DataType_S64 ? *(int64_t *)scalar->value : 0;
}

/* Fills a call with what XLA passes. The shapes come from actzoo.jax, but a saved program may come from
 * anywhere: what does not fit together is refused. */
static int read_frame(call *c, const XLA_FFI_CallFrame *frame, int is_forward) {
  entry                *e = c->activation;
  const XLA_FFI_Buffer *x = frame->args.size ? frame->args.args[0] : NULL;
  c->has_noise = number(&frame->attrs, "noise") != 0;
  c->has_dy = number(&frame->attrs, "dy") != 0;
  c->wanted = is_forward ? 0 : (uint64_t)number(&frame->attrs, "wanted");
  uint32_t known = e->inputs + e->parameters;
  if (frame->args.size != known + c->has_noise + c->has_dy || c->wanted >> known) return 0;
  if (!x || x->rank < 4 || x->rank > max_rank || (!is_forward && !c->wanted)) return 0;
  c->rank = (int)x->rank;
  for (int64_t i = 0; i < frame->args.size; i++) {
    int is_vector = i >= e->inputs && i < known && e->is_vector[i - e->inputs];
    if (frame->args.types[i] != XLA_FFI_ArgType_BUFFER) return 0;
    if (!read(&c->operands[i], frame->args.args[i], is_vector, c->rank)) return 0;
  }
  int64_t results = 0;
  if (is_forward)
    results = frame->rets.size == 1 && read(&c->results[0], frame->rets.rets[0], 0, c->rank);
  for (uint32_t i = 0; i < known && !is_forward; i++) {
    if (!(c->wanted >> i & 1)) continue;
    int is_vector = i >= e->inputs && e->is_vector[i - e->inputs];
    if (results >= frame->rets.size) return 0;
    if (!read(&c->results[results], frame->rets.rets[results], is_vector, c->rank)) return 0;
    results++;
  }
  if (results != frame->rets.size || !results) return 0;
  for (int i = 0; i < c->rank; i++) {
    c->full[i] = 1;
    for (int64_t k = 0; k < frame->args.size + results; k++) {
      operand *o = k < frame->args.size ? &c->operands[k] : &c->results[k - frame->args.size];
      if (o->dims[i] == 1) continue;
      if (c->full[i] != 1 && c->full[i] != o->dims[i]) return 0;
      c->full[i] = o->dims[i];
    }
    if (c->full[i] == 0) return 0; /* sums of nothing would be left as they are */
  }
  /* Results have all batches; y and gradients of inputs have all axes, those of parameters the parameters'. */
  for (int64_t k = 0, i = 0; k < results; i++) {
    if (!is_forward && !(c->wanted >> i & 1)) continue;
    int is_whole = is_forward || i < e->inputs;
    for (int axis = 0; axis < c->rank; axis++) {
      int64_t own = is_whole || axis < c->rank - 4 ? c->full[axis] : c->operands[i].dims[axis];
      if (c->results[k].dims[axis] != own) return 0;
    }
    k++;
  }
  return 1;
}

static XLA_FFI_Error *handle(XLA_FFI_CallFrame *frame, int is_forward) {
  const XLA_FFI_Extension_Base *extension = frame->extension_start;
  if (extension && extension->type == XLA_FFI_Extension_Metadata) {
    XLA_FFI_Metadata *metadata = ((XLA_FFI_Metadata_Extension *)extension)->metadata;
    metadata->api_version.major_version = XLA_FFI_API_MAJOR;
    metadata->api_version.minor_version = XLA_FFI_API_MINOR;
    metadata->traits = 0;
    return NULL;
  }
  call                    c; /* 70 KB, of which a call touches what it needs */
  pool                    threads = {frame->api, frame->ctx};
  actzoo_status           status = ACTZOO_INVALID;
  const XLA_FFI_ByteSpan *key = attribute(&frame->attrs, XLA_FFI_AttrType_STRING, "activation");
  snprintf(c.message, message_size, "an activation was called without its name");
  c.activation = key ? lookup(*key, c.message) : NULL;
  if (c.activation && read_frame(&c, frame, is_forward)) {
    c.executor = executor(&threads);
    status = evaluate(&c);
  } else if (c.activation) {
    snprintf(c.message, message_size, "operands of %s do not go together; call it through actzoo.jax",
             c.activation->key);
  }
  return status ? refuse(frame->api, status, c.message) : NULL;
}

ACTZOO_EXPORT XLA_FFI_Error *actzoo_jax_forward(XLA_FFI_CallFrame *frame);
ACTZOO_EXPORT XLA_FFI_Error *actzoo_jax_backward(XLA_FFI_CallFrame *frame);

XLA_FFI_Error *actzoo_jax_forward(XLA_FFI_CallFrame *frame) { return handle(frame, 1); }
XLA_FFI_Error *actzoo_jax_backward(XLA_FFI_CallFrame *frame) { return handle(frame, 0); }
