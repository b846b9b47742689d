#pragma once

namespace heald::simulation {

// What the classes of picture.cc look like, in light and dark.
inline constexpr const char* kStyle = R"(<style>
text{font:12px system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;fill:#1f2937}
.title{font-size:17px;font-weight:600}.name{font-weight:600}.small{font-size:10.5px;fill:#6b7280}
.mid{text-anchor:middle}.end{text-anchor:end}.paper{fill:#fff}.card{fill:#f8fafc;stroke:#e2e8f0}
.grid{stroke:#e2e8f0}.mark{stroke:#6366f1;stroke-opacity:.55;stroke-dasharray:3 3;pointer-events:none}.marked{font-size:10.5px;fill:#4f46e5}
.healthy{fill:#86efac}.warning{fill:#fde68a}.unhealthy{fill:#fca5a5}.wait{fill:#cbd5e1}.CLOSED{fill:#86efac}.OPEN{fill:#fbbf24}
.HALF_OPEN{fill:#93c5fd}.PERMANENT_OPEN{fill:#ef4444}.dormant{fill:#64748b;fill-opacity:.16}
.missed{stroke:#dc2626;stroke-width:2.5;stroke-linecap:round;fill:none}.missedline{stroke:#dc2626;stroke-opacity:.5;stroke-dasharray:2 3;pointer-events:none}
.missedtext{font-size:10.5px;fill:#b91c1c}.dormantname{font-weight:600;letter-spacing:2px;fill:#475569}.failed{fill:#dc2626}.ok{fill:#16a34a}
.running{fill:#6366f1}.bar{stroke-width:3;stroke-linecap:round}.bar.failed{stroke:#dc2626}
.bar.ok{stroke:#16a34a}.bar.running{stroke:#6366f1}.number{font-size:10px;fill:#fff;font-weight:600}
@media (prefers-color-scheme:dark){text{fill:#e5e7eb}.small{fill:#9ca3af}.paper{fill:#0f172a}
.card{fill:#1e293b;stroke:#334155}.grid{stroke:#334155}.marked{fill:#a5b4fc}.wait{fill:#475569}
.healthy,.CLOSED{fill:#166534}.warning{fill:#a16207}.unhealthy{fill:#991b1b}.OPEN{fill:#b45309}.HALF_OPEN{fill:#1d4ed8}
.missedtext{fill:#fca5a5}.dormant{fill:#94a3b8;fill-opacity:.2}.dormantname{fill:#cbd5e1}.number{fill:#fff}}
</style>
)";

}  // namespace heald::simulation
