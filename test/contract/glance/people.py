"""Creates the projects and users of the contract suite in Keystone, and prints their tokens as NAME=value lines.

usage: people.py KEYSTONE_URL KEYSTONE_CONF PASSWORD
"""

import datetime
import json
import sys
import urllib.error
import urllib.request

from keystone.common import utils
from keystone.token import token_formatters
import keystone.conf

keystone_url, keystone_conf, password = sys.argv[1:]

# name, project, role
people = [
    ('glance', 'service', 'admin'),
    ('producer', 'producer', 'member'),
    ('consumer-a', 'consumer-a', 'member'),
    ('consumer-b', 'consumer-b', 'member'),
    ('stranger', 'stranger', 'member'),
    ('producer-reader', 'producer', 'reader'),
    ('consumer-a-reader', 'consumer-a', 'reader'),
]

# A project without a token, and the role that makes it visible to a user.
sandbox = ('consumer-b', 'sandbox', 'member')


def call(method, path, body=None, token=None):
    """Calls Keystone. Returns the headers and the JSON of the answer."""
    request = urllib.request.Request(keystone_url + '/v3' + path, method=method)
    request.add_header('Content-Type', 'application/json')
    if token:
        request.add_header('X-Auth-Token', token)
    data = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(request, data, timeout=60) as answer:
            return answer.headers, json.loads(answer.read() or b'null')
    except urllib.error.HTTPError as error:
        sys.exit('people: %s %s: %s %s' % (method, path, error.code, error.read()[:300]))


def authenticate(user, project=None):
    """Returns a token of the user, and the ids of its project and of the user."""
    identity = {'methods': ['password'], 'password': {'user': {
        'name': user, 'domain': {'id': 'default'}, 'password': password}}}
    scope = {'project': {'name': project, 'domain': {'id': 'default'}}} if project else 'unscoped'
    headers, body = call('POST', '/auth/tokens', {'auth': {'identity': identity, 'scope': scope}})
    return headers['X-Subject-Token'], body['token'].get('project', {}).get('id'), body['token']['user']['id']


def ensure(kind, name, attributes, token):
    """Returns the id of the project or user of this name, and creates it if it does not exist."""
    found = call('GET', '/%ss?domain_id=default&name=%s' % (kind, name), token=token)[1][kind + 's']
    if found:
        return found[0]['id']
    body = {kind: dict(attributes, name=name, domain_id='default')}
    return call('POST', '/%ss' % kind, body, token)[1][kind]['id']


def expired(user_id, project_id):
    """Returns a validly signed token that expired an hour ago."""
    keystone.conf.configure()
    keystone.conf.CONF([], project='keystone', default_config_files=[keystone_conf])
    past = utils.isotime(datetime.datetime.utcnow() - datetime.timedelta(hours=1), subsecond=True)
    return token_formatters.TokenFormatter().create_token(
        user_id, past, ['AAAAAAAAAAAAAAAAAAAAAA'], token_formatters.ProjectScopedPayload,
        methods=['password'], project_id=project_id)


def show(name, value):
    print('%s=%s' % (name, value))


admin_token, admin_project_id, _ = authenticate('admin', 'admin')
show('ADMIN_TOKEN', admin_token)
show('ADMIN_PROJECT_ID', admin_project_id)
roles = {role['name']: role['id'] for role in call('GET', '/roles', token=admin_token)[1]['roles']}


def grant(name, project, role):
    """Grants the user this role in the project, creating either if missing. Returns their ids."""
    project_id = ensure('project', project, {}, admin_token)
    user_id = ensure('user', name, {'password': password}, admin_token)
    call('PUT', '/projects/%s/users/%s/roles/%s' % (project_id, user_id, roles[role]), token=admin_token)
    return project_id, user_id


for name, project, role in people:
    project_id, user_id = grant(name, project, role)
    if name == 'glance':
        continue
    variable = name.upper().replace('-', '_')
    token, _, _ = authenticate(name, project)
    show(variable + '_TOKEN', token)
    if name == project:
        show(variable + '_PROJECT_ID', project_id)
    if name == 'producer':
        show('EXPIRED_TOKEN', expired(user_id, project_id))
show('SANDBOX_PROJECT_ID', grant(*sandbox)[0])
show('UNSCOPED_TOKEN', authenticate('consumer-a')[0])
