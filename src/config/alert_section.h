#pragma once

#include <vector>

#include "config/fields.h"
#include "config/model.h"

namespace heald::config {

// What a remedy says of the alerts that ask for it. Private to the remedies' section.

// `alert` and `retry` of `when`.
void readAlert(Fields& when, engine::AlertPolicy& alert);
// `target`, `targets`, `max_targets` and `labels` of the remedy. Whether the labels could be read.
bool readTargets(Fields& remedy, engine::AlertPolicy& alert);
// What is ignored keeps nothing apart.
void refuseIgnoredTarget(Fields& remedy, const engine::AlertPolicy& alert,
                         const engine::AlertmanagerPolicy& alertmanager);
// Every label that an action takes has to be declared with a pattern.
void requireDeclared(Fields& remedy, const engine::RemedySpec& spec,
                     const std::vector<KindPart>& actions);

}  // namespace heald::config
