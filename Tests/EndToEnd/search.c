/* What a search finds: the number of activations, then every report. Under setgid the same, as somebody
 * whose environment nobody may hear. */
#include <stdio.h>

#include "actzoo/actzoo.h"

int main(void) {
  char        why[256];
  actzoo_zoo *zoo;
  if (actzoo_open(NULL, &zoo, why, sizeof why)) return fprintf(stderr, "%s\n", why), 1;
  printf("%d activations\n", (int)actzoo_count(zoo));
  for (uint64_t i = 0; i < actzoo_report_count(zoo); i++) {
    actzoo_report report = {.size = sizeof report};
    if (actzoo_report_at(zoo, i, &report)) return 1;
    printf("%s %s\n", report.rule, report.path);
  }
  actzoo_close(zoo);
}
