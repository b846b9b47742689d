// Kubernetes' and the Prometheus operator's schemas, and stricter than they are: a field that no schema looks at is one
// that Kubernetes does not know and would drop without a word.
'use strict';

// policy/v1beta1 has no model any more; its PodDisruptionBudget has the fields of policy/v1.
const stable = (apiVersion) => (apiVersion === 'policy/v1beta1' ? 'policy/v1' : apiVersion);

function modelOf(apiVersion, kind) {
  const library = apiVersion.startsWith('monitoring.coreos.com/') ? '@kubernetes-models/prometheus-operator' : 'kubernetes-models';
  return require(`${library}/${apiVersion}/${kind}`)[kind];
}

// The value, which remembers in `unseen` what of it has not been read yet, by its place.
function watched(value, place, unseen) {
  if (value === null || typeof value !== 'object') return value;
  const inner = {};
  for (const key of Object.keys(value)) {
    const where = `${place}.${key}`;
    unseen.add(where);
    inner[key] = watched(value[key], where, unseen);
  }
  const target = Array.isArray(value) ? Object.values(inner) : inner;
  return new Proxy(target, {
    get(object, key) {
      unseen.delete(`${place}.${String(key)}`);
      return object[key];
    },
  });
}

// A sentence for each mistake.
function mistakes(object) {
  const apiVersion = stable(object.apiVersion);
  const unseen = new Set();
  try {
    // Not of a new model: that would copy, and so read, everything.
    modelOf(apiVersion, object.kind).prototype.validate.call(watched({ ...object, apiVersion }, '', unseen));
  } catch (error) {
    return [error.message];
  }
  return [...unseen].map((place) => `${place.slice(1)}: no such field`);
}

module.exports = { mistakes };
