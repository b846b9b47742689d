#include "config/names.h"
#include "config/sections.h"
#include "config/wording.h"

namespace heald::config {

void readAlertmanager(Fields& fields, engine::AlertmanagerPolicy& alertmanager) {
  fields.texts("ignore_labels", alertmanager.ignore_labels, {.empty_allowed = true},
               "labels that tell no alerts apart: those by which replicas of Prometheus differ");
  for (const std::string& label : alertmanager.ignore_labels) {
    if (const std::string fault = labelNameFault(label); !fault.empty()) {
      fields.fail("ignore_labels", quoted(label) + " " + fault);
    } else if (label == "alertname") {
      fields.fail("ignore_labels", "\"alertname\" is what tells alerts apart (remove it)");
    }
  }
  fields.duration("forget_after", alertmanager.forget_after, {},
                  "what is not repeated for so long is forgotten; longer than Alertmanager's "
                  "repeat_interval");
}

}  // namespace heald::config
