/** The part of dnsdist's configuration that runs: a Lua file beside the YAML file, with the function `maintenance`. */
import { frontPort } from "../dns/front";
import { healthName } from "../dns/unbound-config";
import { backends } from "./names";

export interface BackendsOptions {
    /** UDP sockets to each of the resolver's pods. */
    readonly sockets: number;
    /** File of the TLS certificate. Undefined without encryption. */
    readonly certificate?: string;
}

/** Paths of the web server that the kubelet asks. */
export const webPaths = { ready: "/ready", alive: "/alive" } as const;

/** Longer than clients wait for an answer. */
const drainSeconds = 10;

/**
 * Follows the resolver's pods, and reads a renewed certificate. dnsdist calls `maintenance` each second. `getAddressInfo`
 * resolves in a thread of its own: dnsdist's web server and every other use of Lua would wait for a function that blocks.
 */
export const backendsLua = ({ sockets, certificate }: BackendsOptions): string =>
    `
local pods = {}
local asked = false

local function follow(_, addresses)
  asked = false
  local found = {}
  for _, address in pairs(addresses) do
    found[address:toString()] = true
  end
  -- No address: the lookup has failed. The health checks notice pods that are gone.
  if next(found) == nil then
    return
  end
  for address in pairs(found) do
    if pods[address] == nil then
      pods[address] = { server = newServer({
        address = address .. ":${frontPort}",
        useProxyProtocol = true,
        sockets = ${sockets},
        maxInFlight = 100,
        checkName = "${healthName}",
        mustResolve = true,
        -- A flood of queries over UDP fills the resolver's socket buffer.
        checkTCP = true,
        maxCheckFailures = 2,
      }) }
    end
  end
  for address, pod in pairs(pods) do
    pod.gone = not found[address]
  end
end

-- A pod that has left the Service still answers for a while: it gets no more queries once another one is up, and keeps its
-- sockets for the answers under way.
local function leave()
  local up = false
  for _, pod in pairs(pods) do
    up = up or (not pod.gone and pod.server:isUp())
  end
  for address, pod in pairs(pods) do
    if pod.gone and up and pod.left == nil then
      pod.left = os.time()
      pod.server:setDown()
    elseif pod.left and not pod.gone then
      pod.left = nil
      pod.server:setAuto()
    elseif pod.left and os.time() - pod.left > ${drainSeconds} then
      rmServer(pod.server)
      pods[address] = nil
    end
  end
end
${certificate === undefined ? "" : reload(certificate)}
function maintenance()
  if not asked then
    asked = true
    getAddressInfo("${backends}", follow)
  end
  leave()${certificate === undefined ? "" : "\n  readCertificate()"}
end

local function respond(response, status, body)
  response.status = status
  response.body = body
  response.headers = {}
end

registerWebHandler("${webPaths.ready}", function(_, response)
  for _, pod in pairs(pods) do
    if pod.server:isUp() then
      return respond(response, 200, "ready")
    end
  end
  respond(response, 503, "no resolver answers")
end)

registerWebHandler("${webPaths.alive}", function(_, response)
  respond(response, 200, "alive")
end)
`.trimStart();

/** The first pass reads it again, in case the file changed while dnsdist started. */
const reload = (certificate: string): string => `
local loaded

local function readCertificate()
  local file = io.open("${certificate}")
  if file == nil then
    return
  end
  local current = file:read("*a")
  file:close()
  if current ~= loaded then
    loaded = current
    reloadAllCertificates()
    infolog("read ${certificate}")
  end
end
`;
