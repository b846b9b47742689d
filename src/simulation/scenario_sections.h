#pragma once

#include <string>
#include <vector>

#include "config/fields.h"
#include "config/names.h"
#include "engine/setup.h"
#include "simulation/scenario.h"

namespace heald::simulation {

// The sections of a scenario file, each of which fills its part. Private to the reader.

void readOperator(config::Fields& top, const engine::Setup& setup, Scenario& scenario);
void readAlerts(config::Fields& top, Scenario& scenario);
void readPermits(config::Fields& top, const engine::Setup& setup, Scenario& scenario);
void readFaults(config::Fields& top, Scenario& scenario);
void readExpectations(config::Fields& top, const engine::Setup& setup, Scenario& scenario);

// The names of a list of specs, and a mistake at `key` for one that is none of them. A governor may
// be one of a target: "restart@db1".
config::Names namesOf(const std::vector<engine::GovernorSpec>& governors);
config::Names namesOf(const std::vector<engine::RemedySpec>& remedies);
config::Names namesOf(const std::vector<engine::CheckSpec>& checks);
void requireName(config::Fields& fields, const char* key, const char* noun, const std::string& name,
                 const config::Names& names);

// When something happens: the required key "at".
core::Duration readMoment(config::Fields& fields, const Scenario& scenario);
// A mistake at `key` for what would come after the end, when nothing is played any more.
void requireWithin(config::Fields& fields, const char* key, core::Duration at,
                   const Scenario& scenario);

}  // namespace heald::simulation
